/**
 * Zulip: one topic for each target, so a trouble and its end stand together.
 * Source: https://zulip.com/api/send-message
 */
import { waitIn } from "./answer.ts";
import { httpKind, urlBelow } from "./http-kind.ts";
import { subjectOf } from "./message.ts";
import { basicAuth, lineOption, secretOption, urlOption } from "./options.ts";
import { cutText, longText } from "./text.ts";

/** Longest topic. */
const TOPIC_CHARS_MAX = 60;

/** The Zulip kind of notifier. */
export const zulipKind = httpKind({
  kind: "zulip",
  summary: "Posts to a channel of Zulip, one topic for each target.",
  options: {
    url: urlOption().describe("Address of the organization."),
    email: lineOption("the bot's email", 200).describe("Email of the bot."),
    apiKey: secretOption("the bot's API key").describe("API key of the bot."),
    channel: lineOption("a channel", 60).describe("Name of the channel (stream)."),
  },
  secretOptions: ["apiKey"],
  destination: ({ url, channel }) => `Zulip channel ${channel} at ${new URL(url).origin}`,
  secrets: ({ email, apiKey }) => basicAuth(email, apiKey).secrets,
  request: ({ options: { url, email, apiKey, channel }, message, text }) => {
    // In a block of code nothing is a mention.
    const block = cutText(longText(text), 9_000).replaceAll("`", "'");
    return {
      url: urlBelow(url, "api", "v1", "messages"),
      headers: { authorization: basicAuth(email, apiKey).header },
      body: new URLSearchParams({
        type: "stream",
        to: channel,
        topic: cutText(subjectOf(message.event.data), TOPIC_CHARS_MAX),
        content: `\`\`\`text\n${block}\n\`\`\``,
      }),
      read: (body, status) => {
        const waitMs = status === 429 ? waitIn(body, ["retry-after"]) : undefined;
        return waitMs === undefined ? null : { retryAfterMs: waitMs };
      },
    };
  },
});
