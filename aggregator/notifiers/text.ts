/**
 * What a message says to a person at night: what is down, since when, who saw it, who did not, who
 * was set aside and why, and where the playbook is. Every kind of channel uses these words.
 */
import { isoTime } from "../../shared/clock.ts";
import type { EventType, PublicEvent } from "../../shared/event.ts";
import { subjectOf } from "./message.ts";
import type { Message } from "./message.ts";
import { cutLines, witnessSections } from "./witnesses.ts";
import type { Section } from "./witnesses.ts";

/** A link that a message carries. */
export interface Link {
  label: string;
  url: string;
}

/** The parts of a message; a kind of channel puts them into its own form. */
export interface MessageText {
  /** One line: what it is, and of what. */
  title: string;
  /** What happened, as a sentence. */
  sentence: string;
  /** Facts in short pairs. */
  facts: { label: string; value: string }[];
  /** Who saw what; empty for what has no witnesses. */
  sections: Section[];
  links: Link[];
}

/** First word of the title, where the type alone does not say it well. */
const TITLES: Partial<Record<EventType, string>> = {
  "target.sub_healthy": "FAILING",
  "target.partial": "PARTLY DOWN",
  "target.suspect": "SUSPECTED DOWN",
  "target.notice": "NOTICE",
  "mesh.blind": "BLIND",
  "mesh.sighted": "SEES AGAIN",
  "incident.opened": "INCIDENT",
  "incident.resolved": "RESOLVED",
  "alert.cleared": "OVER",
  "alert.escalated": "NOT ACKNOWLEDGED",
  "channel.test": "TEST",
};

/** Longest line of labels; further ones are left out. */
const LABEL_CHARS_MAX = 300;

/** The parts of a message. */
export function textOf({ event, happenedAtMs, severity, thread }: Message): MessageText {
  const { data } = event;
  const { target, probe, folded, since, incidentId } = data;
  const labels = Object.entries(target?.labels ?? {}).map(([key, value]) => `${key}=${value}`);
  const facts = [
    ["Severity", severity === "info" ? "" : severity],
    ["Since", timeText(since)],
    ["Happened", since === undefined ? timeText(isoTime(happenedAtMs)) : ""],
    ["Check", target?.kind ?? ""],
    ["Place", probe ? `${probe.region}, ${probe.zone}` : ""],
    ["Labels", labels.join(", ").slice(0, LABEL_CHARS_MAX)],
    ["Incident", incidentId ?? (folded ? thread : "")],
  ];
  return {
    title: titleOf(event),
    sentence: data.sentence,
    facts: facts.flatMap(([label = "", value = ""]) => (value === "" ? [] : [{ label, value }])),
    sections: [...foldedSections(event), ...witnessSections(data)],
    links: linksOf(event),
  };
}

function titleOf({ type, data }: PublicEvent): string {
  const subject = subjectOf(data);
  const { folded, reminder } = data;
  if (folded) {
    const word = folded.to === "bad" ? "DOWN" : "UP AGAIN";
    return `${word} ${folded.count} targets: ${subject}`;
  }
  if (type === "alert.reminder") {
    return `STILL ${wordOf(`target.${data.to ?? "down"}`)} ${subject} (reminder ${reminder ?? 1})`;
  }
  // An alert that was held back and is due now is told by the state that it alerts of.
  if (type === "alert.raised") return `${wordOf(`target.${data.to ?? "down"}`)} ${subject}`;
  if (type.startsWith("probe.")) return `PROBE ${afterDot(type)} ${subject}`;
  if (type === "channel.test") return "TEST of this channel";
  if (type === "incident.resolved" && data.to === "withdrawn") return `WITHDRAWN ${subject}`;
  return `${wordOf(type)} ${subject}`;
}

function wordOf(type: string): string {
  const told = Object.entries(TITLES).find(([known]) => known === type);
  return told?.[1] ?? afterDot(type);
}

function afterDot(type: string): string {
  return type
    .slice(type.indexOf(".") + 1)
    .replaceAll("_", " ")
    .toUpperCase();
}

function foldedSections({ data: { folded } }: PublicEvent): Section[] {
  if (!folded) return [];
  const more = folded.count - folded.names.length;
  const lines = more > 0 ? [...folded.names, `and ${more} more`] : folded.names;
  return [{ heading: `${folded.count} targets`, lines: cutLines(lines, lines.length) }];
}

function linksOf({ data }: PublicEvent): Link[] {
  const { target, links } = data;
  const all = [
    { label: "Playbook", url: target?.playbookUrl },
    { label: "Incident", url: links?.incident },
    { label: "Acknowledge", url: links?.acknowledge },
  ];
  return all.flatMap(({ label, url }) => (url === undefined ? [] : [{ label, url }]));
}

/** `2026-11-21 12:04:31 UTC`; empty when it is no time. */
function timeText(text: string | undefined): string {
  const atMs = Date.parse(text ?? "");
  return Number.isNaN(atMs) ? "" : `${isoTime(atMs).slice(0, 19).replace("T", " ")} UTC`;
}

/** One line of at most `max` characters: for a lock screen or a text message. */
export function shortText({ title, sentence }: MessageText, max: number): string {
  return cutText(sentence === "" ? title : `${title}. ${sentence}`, max);
}

/** Everything, in lines of plain text. */
export function longText(text: MessageText): string {
  const { title } = text;
  return `${title}\n\n${bodyText(text)}`;
}

/** Everything but the title, in lines of plain text. */
export function bodyText({ sentence, facts, sections, links }: MessageText): string {
  const blocks = [
    sentence,
    facts.map(({ label, value }) => `${`${label}:`.padEnd(10)}${value}`).join("\n"),
    ...sections.map(({ heading, lines }) =>
      [`${heading}:`, ...lines.map((line) => `  ${line}`)].join("\n"),
    ),
    links.map(({ label, url }) => `${label}: ${url}`).join("\n"),
  ];
  return blocks.filter((block) => block !== "").join("\n\n");
}

/** Text of at most `max` characters; what is cut ends with an ellipsis, and no pair is split. */
export function cutText(text: string, max: number): string {
  if (text.length <= max) return text;
  return `${text.slice(0, max - 1).replace(/[\ud800-\udbff]$/, "")}…`;
}
