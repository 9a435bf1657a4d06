/**
 * Mattermost, by an incoming webhook.
 * Source: https://developers.mattermost.com/integrate/webhooks/incoming/
 */
import { httpKind, postToHost } from "./http-kind.ts";
import { escapeMarkdown, markdownOf } from "./markup.ts";
import { colourOf } from "./message.ts";
import { lineOption, secretsOfUrl, urlOption } from "./options.ts";
import { shortText } from "./text.ts";

/** The Mattermost kind of notifier. */
export const mattermostKind = httpKind({
  kind: "mattermost",
  summary: "Posts to a Mattermost channel by an incoming webhook.",
  options: {
    webhookUrl: urlOption().describe("URL of the incoming webhook; a secret."),
    channel: lineOption("a channel", 64).optional().describe("Another channel than its own."),
    username: lineOption("a name", 64).default("Quorate").describe("Name that is shown."),
  },
  secretOptions: ["webhookUrl"],
  destination: ({ webhookUrl }) => postToHost(webhookUrl),
  secrets: ({ webhookUrl }) => secretsOfUrl(webhookUrl),
  request: ({ options: { webhookUrl, channel, username }, message, text }) => ({
    url: webhookUrl,
    body: {
      username,
      ...(channel === undefined ? {} : { channel }),
      attachments: [
        {
          fallback: shortText(text, 1_000),
          color: `#${colourOf(message)}`,
          title: escapeMarkdown(text.title),
          text: markdownOf(text, 6_000),
        },
      ],
    },
  }),
});
