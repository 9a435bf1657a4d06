/** Gotify. Source: https://gotify.net/docs/pushmsg */
import { httpKind, postTo, urlBelow } from "./http-kind.ts";
import type { Message } from "./message.ts";
import { secretOption, urlOption } from "./options.ts";
import { bodyText, cutText } from "./text.ts";

/** From 8 on the Android app rings; from 4 on it makes a sound. */
const PRIORITIES: Readonly<Record<Message["severity"], number>> = {
  critical: 8,
  major: 7,
  minor: 5,
  info: 4,
};

/** The Gotify kind of notifier. */
export const gotifyKind = httpKind({
  kind: "gotify",
  summary: "Sends to an application of a Gotify server.",
  options: {
    url: urlOption().describe("Address of the server."),
    token: secretOption("an application token").describe("Token of the application."),
  },
  secretOptions: ["token"],
  destination: ({ url }) => postTo(url),
  secrets: ({ token }) => [token],
  request: ({ options: { url, token }, message, text }) => {
    const [first] = text.links;
    return {
      url: urlBelow(url, "message"),
      headers: { "x-gotify-key": token },
      body: {
        title: cutText(text.title, 250),
        message: cutText(bodyText(text), 4_000),
        priority: message.action === "resolve" ? 4 : PRIORITIES[message.severity],
        extras: {
          "client::display": { contentType: "text/plain" },
          ...(first ? { "client::notification": { click: { url: first.url } } } : {}),
        },
      },
    };
  },
});
