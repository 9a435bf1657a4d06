/**
 * Microsoft Teams, by the webhook of a workflow: an adaptive card.
 * Source: https://learn.microsoft.com/connectors/teams/#microsoft-teams-webhook
 */
import { httpKind, postToHost } from "./http-kind.ts";
import { escapeMarkdown, safeUrl } from "./markup.ts";
import type { Message } from "./message.ts";
import { secretsOfUrl, urlOption } from "./options.ts";
import { cutText, shortText } from "./text.ts";
import type { MessageText } from "./text.ts";

const COLOURS: Readonly<Record<Message["severity"], string>> = {
  critical: "attention",
  major: "attention",
  minor: "warning",
  info: "default",
};

/** The Microsoft Teams kind of notifier. */
export const teamsKind = httpKind({
  kind: "teams",
  summary: "Posts an adaptive card to Microsoft Teams by the webhook of a workflow.",
  options: { webhookUrl: urlOption().describe("URL of the workflow's webhook; a secret.") },
  secretOptions: ["webhookUrl"],
  destination: ({ webhookUrl }) => postToHost(webhookUrl),
  secrets: ({ webhookUrl }) => secretsOfUrl(webhookUrl),
  request: ({ options, message, text }) => ({
    url: options.webhookUrl,
    body: {
      type: "message",
      summary: shortText(text, 200),
      attachments: [
        {
          contentType: "application/vnd.microsoft.card.adaptive",
          content: cardOf(message, text),
        },
      ],
    },
  }),
});

function cardOf({ action, severity }: Message, text: MessageText): object {
  const { title, sentence, facts, sections, links } = text;
  const block = (said: string, more: object = {}): object => ({
    type: "TextBlock",
    text: cutText(escapeMarkdown(said), 4_000),
    wrap: true,
    ...more,
  });
  const color = action === "resolve" ? "good" : COLOURS[severity];
  return {
    $schema: "http://adaptivecards.io/schemas/adaptive-card.json",
    type: "AdaptiveCard",
    version: "1.4",
    msteams: { width: "Full" },
    body: [
      block(title, { size: "Large", weight: "Bolder", color }),
      block(sentence),
      {
        type: "FactSet",
        facts: facts.map(({ label, value }) => ({ title: label, value: escapeMarkdown(value) })),
      },
      ...sections.flatMap(({ heading, lines }) => [
        block(heading, { weight: "Bolder" }),
        ...lines.map((line) => block(line, { spacing: "None" })),
      ]),
    ],
    actions: links.map(({ label, url }) => ({
      type: "Action.OpenUrl",
      title: label,
      url: safeUrl(url),
    })),
  };
}
