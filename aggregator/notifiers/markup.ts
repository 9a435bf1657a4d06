/**
 * Text from outside in the markup of receivers. A detail may repeat what a target answered, so
 * nothing in it may become a mention, a link or formatting.
 */
import type { MessageText } from "./text.ts";
import { cutText } from "./text.ts";

const HTML: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
};

/** Text inside HTML, or inside the mrkdwn of Slack, which escapes alike. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"]/g, (character) => HTML[character] ?? character);
}

/**
 * Text inside Slack's mrkdwn: only these three are special.
 * Source: https://docs.slack.dev/messaging/formatting-message-text
 */
export function escapeSlack(text: string): string {
  return text.replace(/[&<>]/g, (character) => HTML[character] ?? character);
}

/** Text inside Markdown: no formatting, and an @ that no receiver takes for a mention. */
export function escapeMarkdown(text: string): string {
  return text
    .replace(/[\\`*_~|[\]<>#]/g, (character) => `\\${character}`)
    .replaceAll("@", "@\u200b")
    .replaceAll("://", ":\u200b//");
}

/** A message in Markdown: headings in bold, lines as a list, links as links. */
export function markdownOf(text: MessageText, max: number): string {
  const { sentence, facts, sections, links } = text;
  const blocks = [
    escapeMarkdown(sentence),
    facts.map(({ label, value }) => `**${label}:** ${escapeMarkdown(value)}`).join("  \n"),
    ...sections.map(({ heading, lines }) =>
      [`**${heading}**`, "", ...lines.map((line) => `- ${escapeMarkdown(line)}`)].join("\n"),
    ),
    links.map(({ label, url }) => `[${label}](<${safeUrl(url)}>)`).join(" · "),
  ];
  return cutText(blocks.filter((block) => block !== "").join("\n\n"), max);
}

/** A message in the small HTML that Telegram, Matrix, Pushover and mail readers know. */
export function htmlOf(text: MessageText, newline: "\n" | "<br>\n"): string {
  const { title, sentence, facts, sections, links } = text;
  const blocks = [
    `<b>${escapeHtml(title)}</b>`,
    escapeHtml(sentence),
    facts.map(({ label, value }) => `${label}: ${escapeHtml(value)}`).join(newline),
    ...sections.map(({ heading, lines }) =>
      [`<b>${heading}</b>`, ...lines.map((line) => `• ${escapeHtml(line)}`)].join(newline),
    ),
    links.map(({ label, url }) => `<a href="${escapeHtml(safeUrl(url))}">${label}</a>`).join(" · "),
  ];
  return blocks.filter((block) => block !== "").join(`${newline}${newline}`);
}

/** A URL that cannot leave the brackets it stands in; anything but http and https is dropped. */
export function safeUrl(url: string): string {
  if (!URL.canParse(url)) return "about:blank";
  const { href, protocol } = new URL(url);
  if (protocol !== "http:" && protocol !== "https:") return "about:blank";
  return href.replaceAll("<", "%3C").replaceAll(">", "%3E").replaceAll("|", "%7C");
}
