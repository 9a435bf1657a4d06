/**
 * Rocket.Chat, by an incoming integration.
 * Source: https://docs.rocket.chat/docs/integrations
 */
import { valueIn } from "./answer.ts";
import { httpKind, postToHost } from "./http-kind.ts";
import { escapeMarkdown, markdownOf } from "./markup.ts";
import { colourOf } from "./message.ts";
import { lineOption, secretsOfUrl, urlOption } from "./options.ts";

/** The Rocket.Chat kind of notifier. */
export const rocketchatKind = httpKind({
  kind: "rocketchat",
  summary: "Posts to a Rocket.Chat room by an incoming integration.",
  options: {
    webhookUrl: urlOption().describe("URL of the incoming integration; a secret."),
    channel: lineOption("a room", 64).optional().describe("Another room than its own."),
  },
  secretOptions: ["webhookUrl"],
  destination: ({ webhookUrl }) => postToHost(webhookUrl),
  secrets: ({ webhookUrl }) => secretsOfUrl(webhookUrl),
  request: ({ options: { webhookUrl, channel }, message, text }) => ({
    url: webhookUrl,
    body: {
      ...(channel === undefined ? {} : { channel }),
      text: `**${escapeMarkdown(text.title)}**`,
      attachments: [{ color: `#${colourOf(message)}`, text: markdownOf(text, 4_000) }],
    },
    read: (body, status) =>
      status === 200 && valueIn(body, "success") === false
        ? { ok: false, retry: false, sentence: "Rocket.Chat refuses the message." }
        : null,
  }),
});
