/**
 * Matrix, client-server API: the message id is the transaction id, so the homeserver itself takes
 * each message once. Source: https://spec.matrix.org/latest/client-server-api/
 */
import { textIn, waitIn } from "./answer.ts";
import { httpKind, urlBelow } from "./http-kind.ts";
import type { KindRequest } from "./http-kind.ts";
import { htmlOf } from "./markup.ts";
import type { Message } from "./message.ts";
import { lineOption, secretOption, urlOption } from "./options.ts";
import { cutText, longText } from "./text.ts";
import type { MessageText } from "./text.ts";

/** The Matrix kind of notifier. */
export const matrixKind = httpKind({
  kind: "matrix",
  summary: "Sends to a Matrix room; what follows an alert joins its thread.",
  options: {
    homeserver: urlOption().describe("Address of the homeserver."),
    roomId: lineOption("a room", 255).describe("Id of the room, such as !abc:example.org."),
    token: secretOption("an access token").describe("Access token of the sender."),
  },
  secretOptions: ["token"],
  destination: ({ homeserver, roomId }) => `Matrix room ${roomId} at ${new URL(homeserver).origin}`,
  secrets: ({ token }) => [token],
  async send({ options, message, text }, exchange) {
    const root = (await message.threads?.get(message.thread)) ?? null;
    const answer = await exchange(requestOf(options, { message, text, root }));
    const id = textIn(answer.text, "event_id");
    if (answer.outcome.ok && id !== null && root === null && message.action === "trigger") {
      await message.threads?.put(message.thread, id);
    }
    return answer;
  },
});

interface Room {
  homeserver: string;
  roomId: string;
  token: string;
}

interface Parts {
  message: Message;
  text: MessageText;
  root: string | null;
}

function requestOf({ homeserver, roomId, token }: Room, parts: Parts): KindRequest {
  const { message, text, root } = parts;
  const room = ["_matrix", "client", "v3", "rooms", roomId];
  const relation = { rel_type: "m.thread", event_id: root, is_falling_back: true };
  return {
    method: "PUT",
    url: urlBelow(homeserver, ...room, "send", "m.room.message", message.id),
    headers: { authorization: `Bearer ${token}` },
    body: {
      msgtype: "m.text",
      body: cutText(longText(text), 8_000),
      format: "org.matrix.custom.html",
      formatted_body: htmlOf(text, "<br>\n"),
      // Said so, or a homeserver looks for names in the text.
      "m.mentions": {},
      ...(root === null ? {} : { "m.relates_to": relation }),
    },
    read: (body, status) => {
      const waitMs = status === 429 ? waitIn(body, ["retry_after_ms"], 1) : undefined;
      return waitMs === undefined ? null : { retryAfterMs: waitMs };
    },
  };
}
