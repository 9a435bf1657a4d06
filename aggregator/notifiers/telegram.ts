/**
 * Telegram, by a bot. Source: https://core.telegram.org/bots/api#sendmessage
 */
import { z } from "zod";
import { textIn, waitIn } from "./answer.ts";
import { httpKind, urlBelow } from "./http-kind.ts";
import { escapeHtml, htmlOf } from "./markup.ts";
import { lineOption, secretOption, serviceUrl } from "./options.ts";
import { shortText } from "./text.ts";
import type { MessageText } from "./text.ts";

/** Longest text that Telegram takes. */
const TEXT_CHARS_MAX = 4_096;

/** The Telegram kind of notifier. */
export const telegramKind = httpKind({
  kind: "telegram",
  summary: "Sends a message to a Telegram chat by a bot; what follows an alert answers to it.",
  options: {
    token: secretOption("the bot's token").describe("Token of the bot."),
    chatId: lineOption("a chat", 100).describe("Id of the chat, or @name of a channel."),
    topicId: z.int().min(1).optional().describe("Topic inside a group that has topics."),
    url: serviceUrl("https://api.telegram.org").describe("Address of the Bot API."),
  },
  secretOptions: ["token"],
  destination: ({ url, chatId }) => `Telegram chat ${chatId} at ${new URL(url).origin}`,
  secrets: ({ token }) => [token, ...token.split(":"), encodeURIComponent(token)],
  async send({ options, message, text }, exchange) {
    const root = (await message.threads?.get(message.thread)) ?? null;
    const answer = await exchange(requestOf(options, text, root));
    const id = textIn(answer.text, "result", "message_id");
    if (answer.outcome.ok && id !== null && root === null && message.action === "trigger") {
      await message.threads?.put(message.thread, id);
    }
    return answer;
  },
});

interface Chat {
  url: string;
  token: string;
  chatId: string;
  topicId?: number | undefined;
}

function requestOf({ url, token, chatId, topicId }: Chat, text: MessageText, root: string | null) {
  const address = new URL(url);
  // The colon of a token must stand as it is, which encoding its parts would not leave.
  address.pathname = `${urlBelow(url).pathname.replace(/\/$/, "")}/bot${token}/sendMessage`;
  return {
    url: address,
    body: {
      chat_id: chatId,
      text: htmlText(text),
      parse_mode: "HTML",
      link_preview_options: { is_disabled: true },
      ...(topicId === undefined ? {} : { message_thread_id: topicId }),
      ...(root === null
        ? {}
        : { reply_parameters: { message_id: Number(root), allow_sending_without_reply: true } }),
    },
    read: (body: string, status: number) => {
      const waitMs = status === 429 ? waitIn(body, ["parameters", "retry_after"]) : undefined;
      return waitMs === undefined ? null : { retryAfterMs: waitMs };
    },
  };
}

/** Whole tags only: what is too long is said in short. */
function htmlText(text: MessageText): string {
  const html = htmlOf(text, "\n");
  if (html.length <= TEXT_CHARS_MAX) return html;
  const brief = htmlOf({ ...text, sections: [] }, "\n");
  return brief.length <= TEXT_CHARS_MAX ? brief : escapeHtml(shortText(text, 800));
}
