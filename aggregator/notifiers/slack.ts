/**
 * Slack: an incoming webhook, or a bot token, with which what follows an alert joins its thread.
 * Source: https://docs.slack.dev/reference/methods/chat.postMessage
 */
import { QuorateError } from "../../shared/errors.ts";
import { textIn, valueIn } from "./answer.ts";
import { httpKind, postToHost, urlBelow } from "./http-kind.ts";
import type { KindRequest } from "./http-kind.ts";
import type { BodyReading } from "./http-post.ts";
import { escapeSlack, safeUrl } from "./markup.ts";
import { colourOf } from "./message.ts";
import type { Message } from "./message.ts";
import { lineOption, secretOption, secretsOfUrl, serviceUrl, urlOption } from "./options.ts";
import { cutText, shortText } from "./text.ts";
import type { MessageText } from "./text.ts";

/** Longest text of a section, and of a header. */
const SECTION_CHARS_MAX = 3_000;
const HEADER_CHARS_MAX = 150;

/** Errors of Slack that pass. */
const PASSING = new Set(["ratelimited", "internal_error", "fatal_error", "service_unavailable"]);

/** The Slack kind of notifier. */
export const slackKind = httpKind({
  kind: "slack",
  summary: "Posts to Slack; with a bot token, what follows an alert joins its thread.",
  options: {
    webhookUrl: urlOption().optional().describe("URL of an incoming webhook; a secret."),
    token: secretOption("a bot token").optional().describe("Bot token with chat:write."),
    channel: lineOption("a channel", 200).optional().describe("Channel id, with a bot token."),
    apiUrl: serviceUrl("https://slack.com").describe("Address of Slack, for a bot token."),
  },
  secretOptions: ["webhookUrl", "token"],
  retries: "408, 425, 429, 5xx, and the errors ratelimited, internal_error, service_unavailable",
  check({ webhookUrl, token, channel }) {
    const isBot = token !== undefined && channel !== undefined;
    if ((webhookUrl !== undefined) !== isBot && (isBot || token === undefined)) return;
    const message = "expected either webhookUrl, or both token and channel";
    throw new QuorateError("invalid", `The slack notifier: ${message}.`, [
      { path: "options.webhookUrl", message },
    ]);
  },
  destination: ({ webhookUrl, apiUrl, channel }) =>
    webhookUrl === undefined ? `Slack ${channel ?? ""} at ${apiUrl}` : postToHost(webhookUrl),
  secrets: ({ webhookUrl, token }) => [
    ...(webhookUrl === undefined ? [] : secretsOfUrl(webhookUrl)),
    ...(token === undefined ? [] : [token]),
  ],
  async send(input, exchange) {
    const { options, message, text } = input;
    const { token, channel, apiUrl, webhookUrl } = options;
    if (webhookUrl !== undefined) return await exchange(webhookRequest(webhookUrl, message, text));
    const root = (await message.threads?.get(message.thread)) ?? null;
    const reply = root === null ? {} : { thread_ts: root, reply_broadcast: isOver(message) };
    const answer = await exchange({
      url: urlBelow(apiUrl, "api", "chat.postMessage"),
      headers: {
        authorization: `Bearer ${token ?? ""}`,
        "content-type": "application/json; charset=utf-8",
      },
      body: { channel, ...reply, ...payloadOf(message, text) },
      read: readAnswer,
    });
    const ts = textIn(answer.text, "ts");
    if (answer.outcome.ok && ts !== null && root === null && message.action === "trigger") {
      await message.threads?.put(message.thread, ts);
    }
    return answer;
  },
});

function webhookRequest(url: string, message: Message, text: MessageText): KindRequest {
  return { url, body: payloadOf(message, text) };
}

function isOver({ action }: Message): boolean {
  return action === "resolve";
}

function payloadOf(message: Message, text: MessageText): object {
  const { title, sentence, facts, sections, links } = text;
  const lines = sections.map(({ heading, lines: seen }) =>
    [`*${heading}*`, ...seen.map((line) => `• ${escapeSlack(line)}`)].join("\n"),
  );
  const pairs = facts.map(({ label, value }) => `*${label}:* ${escapeSlack(value)}`).join("   ");
  const linked = links.map(({ label, url }) => `<${escapeSlack(safeUrl(url))}|${label}>`);
  const blocks = [
    { type: "header", text: { type: "plain_text", text: cutText(title, HEADER_CHARS_MAX) } },
    ...[escapeSlack(sentence), pairs, ...lines, linked.join("   ")]
      .filter((block) => block !== "")
      .map((block) => ({
        type: "section",
        text: { type: "mrkdwn", text: cutText(block, SECTION_CHARS_MAX) },
      })),
  ];
  return {
    // What a lock screen and a screen reader show.
    text: escapeSlack(shortText(text, SECTION_CHARS_MAX)),
    unfurl_links: false,
    attachments: [{ color: `#${colourOf(message)}`, blocks }],
  };
}

/** Slack answers 200 to refusals too. */
function readAnswer(text: string, status: number): BodyReading | null {
  if (status < 200 || status > 299 || valueIn(text, "ok") === true) return null;
  const error = textIn(text, "error");
  if (error === null) {
    return { ok: false, retry: true, sentence: "The answer is not one of Slack." };
  }
  return {
    ok: false,
    retry: PASSING.has(error),
    sentence: `Slack refuses the message: ${JSON.stringify(error)}.`,
  };
}
