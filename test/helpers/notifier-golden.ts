/** What notifiers send and say for each golden event, as text. */
import { prepareNotifier } from "../../aggregator/notifiers/index.ts";
import { readMessage } from "../../aggregator/notifiers/message.ts";
import { longText, shortText, textOf } from "../../aggregator/notifiers/text.ts";
import { CheckStatus } from "../../shared/proto/gen/lokahi/check_status.ts";
import { VERSION } from "../../shared/version.ts";
import {
  memoryThreads,
  messageOfEvent,
  NOTIFIER_EVENTS,
  PAYLOAD_EVENTS,
} from "./notifier-events.ts";
import { NOTIFIER_SUBJECTS } from "./notifier-subjects.ts";
import type { NotifierSubject } from "./notifier-subjects.ts";
import { startWebhookReceiver } from "./webhook-receiver.ts";
import type { Received, WebhookReceiver } from "./webhook-receiver.ts";

/** A golden file: its name below test/golden/notifiers, and what stands in it. */
export interface GoldenFile {
  name: string;
  text: string;
}

/** Headers that differ from run to run, or that every request has. */
const UNTOLD = new Set(["host", "connection", "content-length", "transfer-encoding"]);

/** The name under which a receiver knows the thread of inc_1, where it gives names. */
const THREADS: Readonly<Record<string, string>> = {
  slack: "1767225601.000200",
  telegram: "77",
  matrix: "$root",
  webex: "msg-of-webex",
  github: "12",
  gitlab: "12",
};

/** All golden files of notifiers. */
export async function notifierGoldens(): Promise<GoldenFile[]> {
  const receiver = await startWebhookReceiver();
  try {
    const files = textGoldens();
    for (const subject of NOTIFIER_SUBJECTS) {
      for (const event of PAYLOAD_EVENTS) {
        const text = await payloadOf(receiver, subject, event);
        files.push({ name: `${subject.kind.kind}-${event}.txt`, text });
      }
    }
    return files;
  } finally {
    await receiver.close();
  }
}

/** Every event in the words that all kinds share. */
function textGoldens(): GoldenFile[] {
  return Object.keys(NOTIFIER_EVENTS).map((name) => {
    const text = textOf(readMessage(messageOfEvent(name)));
    const blocks = ["---- short", shortText(text, 160), "---- long", longText(text)];
    return { name: `text-${name}.txt`, text: `${blocks.join("\n")}\n` };
  });
}

async function payloadOf(
  receiver: WebhookReceiver,
  { kind, options, okBody }: NotifierSubject,
  event: string,
): Promise<string> {
  const before = receiver.received.length;
  receiver.always({ status: 200, body: okBody });
  const notifier = prepareNotifier(kind.kind, options(receiver.url));
  const known = THREADS[kind.kind];
  const isLater = event === "target.up" && known !== undefined;
  const message = messageOfEvent(event, memoryThreads(isLater ? { inc_1: known } : {}));
  const outcome = await notifier.send(message, new AbortController().signal);
  if (!outcome.ok) throw new Error(`${kind.kind}, ${event}: ${outcome.detail}`);
  const requests = receiver.received.slice(before).map((one) => requestText(one, receiver));
  return `${requests.join("\n\n")}\n`;
}

function requestText(received: Received, { url }: WebhookReceiver): string {
  const { method, path, headers, rawBody } = received;
  const lines = Object.entries(headers)
    .filter(([name]) => !UNTOLD.has(name))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${name}: ${String(value)}`);
  const body = bodyText(String(headers["content-type"]), rawBody);
  return [`${method} ${path}`, ...lines, "", body]
    .join("\n")
    .replaceAll(url, "http://receiver")
    .replaceAll(`quorate/${VERSION}`, "quorate/VERSION");
}

function bodyText(type: string, body: Buffer): string {
  if (type.includes("protobuf")) {
    return JSON.stringify(CheckStatus.toJSON(CheckStatus.decode(body)), null, 2);
  }
  const text = body.toString("utf8");
  if (type.includes("json")) return JSON.stringify(JSON.parse(text), null, 2);
  if (!type.includes("form")) return text;
  return [...new URLSearchParams(text)].map(([name, value]) => `${name} = ${value}`).join("\n");
}
