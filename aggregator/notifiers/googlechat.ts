/**
 * Google Chat, by the webhook of a space; the trouble is the thread.
 * Source: https://developers.google.com/workspace/chat/quickstart/webhooks
 */
import { httpKind, postToHost } from "./http-kind.ts";
import { secretsOfUrl, urlOption } from "./options.ts";
import { cutText, longText } from "./text.ts";

/** The Google Chat kind of notifier. */
export const googlechatKind = httpKind({
  kind: "googlechat",
  summary: "Posts to a Google Chat space by its webhook, one thread for each trouble.",
  options: { webhookUrl: urlOption().describe("URL of the space's webhook; a secret.") },
  secretOptions: ["webhookUrl"],
  destination: ({ webhookUrl }) => postToHost(webhookUrl),
  secrets: ({ webhookUrl }) => secretsOfUrl(webhookUrl),
  request: ({ options, message, text }) => {
    const url = new URL(options.webhookUrl);
    url.searchParams.set("messageReplyOption", "REPLY_MESSAGE_FALLBACK_TO_NEW_THREAD");
    // In a block of code nothing is formatting, and `<users/all>` is no mention.
    const block = cutText(longText(text), 3_900).replaceAll("`", "'");
    return {
      url,
      headers: { "content-type": "application/json; charset=UTF-8" },
      body: { text: `\`\`\`\n${block}\n\`\`\``, thread: { threadKey: message.thread } },
    };
  },
});
