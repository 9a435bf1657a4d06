/**
 * Discord, by a webhook of a channel. Nobody is mentioned, whatever a detail holds.
 * Source: https://discord.com/developers/docs/resources/webhook#execute-webhook
 */
import { waitIn } from "./answer.ts";
import { httpKind, postToHost } from "./http-kind.ts";
import { escapeMarkdown, markdownOf } from "./markup.ts";
import { colourOf } from "./message.ts";
import { lineOption, secretsOfUrl, urlOption } from "./options.ts";
import { cutText } from "./text.ts";

/** The Discord kind of notifier. */
export const discordKind = httpKind({
  kind: "discord",
  summary: "Posts an embed to a Discord channel by its webhook.",
  options: {
    webhookUrl: urlOption().describe("URL of the channel's webhook; a secret."),
    username: lineOption("a name", 80).default("Quorate").describe("Name that is shown."),
  },
  secretOptions: ["webhookUrl"],
  destination: ({ webhookUrl }) => postToHost(webhookUrl),
  secrets: ({ webhookUrl }) => secretsOfUrl(webhookUrl),
  request: ({ options, message, text }) => ({
    url: options.webhookUrl,
    body: {
      username: options.username,
      allowed_mentions: { parse: [] },
      embeds: [
        {
          title: cutText(escapeMarkdown(text.title), 256),
          description: markdownOf(text, 4_096),
          color: Number.parseInt(colourOf(message), 16),
          timestamp: message.event.timestamp,
        },
      ],
    },
    read: (body, status) => {
      const waitMs = status === 429 ? waitIn(body, ["retry_after"]) : undefined;
      return waitMs === undefined ? null : { retryAfterMs: waitMs };
    },
  }),
});
