/** ntfy, by publishing JSON. Source: https://docs.ntfy.sh/publish/#publish-as-json */
import { httpKind, postTo } from "./http-kind.ts";
import type { Message } from "./message.ts";
import { secretOption, serviceUrl } from "./options.ts";
import { bodyText, cutText } from "./text.ts";

/** 5 rings even when the phone is silent, 3 is ordinary. */
const PRIORITIES: Readonly<Record<Message["severity"], number>> = {
  critical: 5,
  major: 4,
  minor: 3,
  info: 3,
};

const TAGS: Readonly<Record<Message["action"], string>> = {
  trigger: "rotating_light",
  resolve: "white_check_mark",
  inform: "information_source",
};

/** The ntfy kind of notifier. */
export const ntfyKind = httpKind({
  kind: "ntfy",
  summary: "Publishes to a topic of ntfy, at ntfy.sh or self-hosted.",
  options: {
    topic: secretOption("a topic").describe("The topic; who knows it can read it: a secret."),
    token: secretOption("an access token").optional().describe("Access token, where needed."),
    url: serviceUrl("https://ntfy.sh").describe("Address of the server."),
  },
  secretOptions: ["topic", "token"],
  destination: ({ url }) => postTo(url),
  secrets: ({ topic, token }) => (token === undefined ? [topic] : [topic, token]),
  request: ({ options: { url, topic, token }, message, text }) => {
    const [first] = text.links;
    return {
      url,
      headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
      body: {
        topic,
        title: cutText(text.title, 250),
        // A message of more than 4,096 bytes would become an attached file.
        message: cutText(bodyText(text), 1_300),
        priority: message.action === "resolve" ? 3 : PRIORITIES[message.severity],
        tags: [TAGS[message.action]],
        ...(first ? { click: first.url } : {}),
        actions: text.links
          .slice(0, 3)
          .map(({ label, url: to }) => ({ action: "view", label, url: to })),
      },
    };
  },
});
