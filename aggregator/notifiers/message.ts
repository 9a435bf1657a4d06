/** A message as notifiers read it: an event, what it asks of a receiver, what it belongs to. */
import type { EventData, EventType, PublicEvent, Severity } from "../../shared/event.ts";
import type { OutgoingMessage, Threads } from "../ports.ts";

/**
 * What a receiver that keeps alerts shall do: open one (or go on with it), close it, or only tell.
 */
export type Action = "trigger" | "resolve" | "inform";

/** A message that can be put into the form of any receiver. */
export interface Message {
  /** Stable message id; the same at every retry. */
  id: string;
  event: PublicEvent;
  action: Action;
  /** The same for all messages of one trouble: an incident, a probe, a fold, or the mesh. */
  thread: string;
  severity: Severity | "info";
  /** When it happened; the attempt's time where the event does not say it. */
  happenedAtMs: number;
  /** Wall clock of this attempt. */
  atMs: number;
  /** What receivers named earlier messages of this channel; nothing is kept when absent. */
  threads: Threads | null;
}

/** Types that ask for something whatever else the event says. */
const ACTIONS: Partial<Record<EventType, Action>> = {
  "incident.opened": "trigger",
  "incident.resolved": "resolve",
  "mesh.blind": "trigger",
  "mesh.sighted": "resolve",
  "probe.offline": "trigger",
  "probe.quarantined": "trigger",
  "probe.intercepted": "trigger",
  "probe.eligible": "resolve",
  "probe.disabled": "resolve",
  "alert.raised": "trigger",
  "alert.cleared": "resolve",
  "alert.withheld": "inform",
  "alert.reminder": "trigger",
  "alert.escalated": "trigger",
};

/** Reads a message. Throws when its body is no event, which no message of the outbox is. */
export function readMessage(message: OutgoingMessage): Message {
  const event = eventOf(message.body);
  const timestampMs = Date.parse(event.timestamp);
  return {
    id: message.id,
    event,
    action: actionOf(event),
    thread: threadOf(event),
    severity: severityOf(event),
    happenedAtMs: Number.isNaN(timestampMs) ? message.atMs : timestampMs,
    atMs: message.atMs,
    threads: message.threads ?? null,
  };
}

function actionOf({ type, data }: PublicEvent): Action {
  if (type === "alert.folded") return data.folded?.to === "well" ? "resolve" : "trigger";
  const known = ACTIONS[type];
  if (known !== undefined) return known;
  if (!type.startsWith("target.") || typeof data.incidentId !== "string") return "inform";
  // Within an incident every state but these two is a part of the trouble.
  return type === "target.up" || type === "target.degraded" ? "resolve" : "trigger";
}

function threadOf({ id, type, data }: PublicEvent): string {
  if (data.folded) return data.folded.id;
  if (typeof data.incidentId === "string") return data.incidentId;
  if (type.startsWith("mesh.")) return "mesh";
  if (type.startsWith("probe.")) return data.probe?.id ?? id;
  // A notice belongs to its target, but must not be closed by the recovery of something else.
  return data.target ? `${data.target.id}_notice` : id;
}

function severityOf({ type, data }: PublicEvent): Message["severity"] {
  if (data.severity !== undefined) return data.severity;
  if (type === "mesh.blind") return "critical";
  if (type === "alert.folded") return "critical";
  return type.startsWith("probe.") || type.startsWith("mesh.") ? "minor" : "info";
}

function eventOf(body: string): PublicEvent {
  const parsed: unknown = JSON.parse(body);
  if (!isRecord(parsed) || typeof parsed["type"] !== "string") {
    throw new Error("expected a message that is an event, found something else");
  }
  const { id, type, timestamp } = parsed;
  const data = isRecord(parsed["data"]) ? parsed["data"] : {};
  const { sentence } = data;
  return asEvent({
    id: String(id),
    type,
    timestamp: String(timestamp),
    data: { ...data, sentence: typeof sentence === "string" ? sentence : type },
  });
}

/**
 * An event. Guarantee: every body of the outbox was written by this program from a PublicEvent, and
 * what every reader uses (id, type, timestamp, a sentence) was looked at.
 */
function asEvent(event: Record<keyof PublicEvent, unknown>): PublicEvent {
  return event as PublicEvent;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Name of what a message is about. */
export function subjectOf({ target, probe, folded }: EventData): string {
  if (folded) return folded.cause;
  return target?.name ?? probe?.name ?? "the mesh";
}

/** Colour of a message: green when it is over, else by severity. Hexadecimal, without a sign. */
export function colourOf({ action, severity }: Message): string {
  return action === "resolve" ? "2E9E5B" : COLOURS[severity];
}

const COLOURS: Readonly<Record<Message["severity"], string>> = {
  critical: "D92D20",
  major: "E8710A",
  minor: "D9A300",
  info: "5B6B7B",
};
