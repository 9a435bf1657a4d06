/** Public events as text: of the stream, and of webhooks whose body may be anything. */
import type { ApiEvent } from "../../shared/api/event.ts";
import { VERDICT_STATES } from "../../shared/verdict.ts";
import type { Vote } from "../../shared/verdict.ts";
import type { Paint, Printer } from "./printer.ts";
import type { Row } from "./table.ts";
import { dateTime, paintOfVerdict, voteMark } from "./words.ts";

/** What a line about an event says. */
export interface EventText {
  type: string;
  /** Name of the target it is about; empty when it is about none. */
  target: string;
  sentence: string;
}

/** The parts of an event's line; anything that is no event gives empty parts. */
export function eventText(event: unknown): EventText {
  const data = fieldOf(event, "data");
  return {
    type: textOf(fieldOf(event, "type")),
    target: textOf(fieldOf(fieldOf(data, "target"), "name")),
    sentence: textOf(fieldOf(data, "sentence")),
  };
}

/** The target and the sentence, as they stand at the end of a line; no name stands there twice. */
export function saidOf({ target, sentence }: EventText): string {
  const names = target === "" || sentence.startsWith(`${target} `);
  return names ? sentence : `${target}: ${sentence}`;
}

/** One line for a person: number, when, what, the target, and the sentence. */
export function describeEvent(event: ApiEvent, { clean, paint }: Printer): string {
  const number = paint.dim(String(event.number).padStart(6));
  const type = paintOfType(event.type, paint)(clean(event.type).padEnd(18));
  const said = clean(saidOf(eventText(event)));
  return `${number}  ${dateTime(clean(event.timestamp))}  ${type}  ${said}`;
}

/** Who saw what, one line a vantage; none when the event does not carry it. */
export function voteLines(event: ApiEvent, { paint, layOut }: Printer): string[] {
  const { vantages } = event.data;
  if (!Array.isArray(vantages) || vantages.length === 0) return [];
  const rows = vantages.map((vantage: unknown): Row => {
    const vote = VOTES.find((one) => one === fieldOf(vantage, "vote"));
    const counted = textOf(fieldOf(vantage, "counted"));
    return [
      "      ",
      vote === undefined ? "" : voteMark(vote, paint),
      textOf(fieldOf(vantage, "probeName")),
      textOf(fieldOf(vantage, "region")),
      counted === "counted" ? "" : `left out: ${counted.replaceAll("_", " ")}`,
      textOf(fieldOf(vantage, "detail")),
    ];
  });
  const columns = Array.from({ length: 6 }, () => ({ header: "", widthMax: 200 }));
  return layOut(columns, rows).slice(1);
}

const VOTES: readonly Vote[] = ["ok", "dead", "sub", "suspect", "none"];

/** The paint of an event's type: that of the state entered. */
export function paintOfType(type: string, paint: Paint): (text: string) => string {
  const state = VERDICT_STATES.find((one) => type === `target.${one}`);
  if (state !== undefined) return paintOfVerdict(state, paint);
  return type.startsWith("probe.") || type.startsWith("mesh.") ? paint.blue : paint.bold;
}

function fieldOf(value: unknown, name: string): unknown {
  if (typeof value !== "object" || value === null) return undefined;
  return Object.entries(value).find(([key]) => key === name)?.[1];
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}
