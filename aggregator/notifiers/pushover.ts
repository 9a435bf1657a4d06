/** Pushover. Source: https://pushover.net/api */
import { z } from "zod";
import { httpKind, postTo, urlBelow } from "./http-kind.ts";
import { safeUrl } from "./markup.ts";
import type { Message } from "./message.ts";
import { lineOption, secretOption, serviceUrl } from "./options.ts";
import { bodyText, cutText } from "./text.ts";

/** 1 goes through the quiet hours, 0 is ordinary. */
const PRIORITIES: Readonly<Record<Message["severity"], number>> = {
  critical: 1,
  major: 1,
  minor: 0,
  info: 0,
};

/** An emergency rings every minute until somebody confirms it, at most an hour. */
const EMERGENCY = { priority: "2", retry: "60", expire: "3600" };

/** The Pushover kind of notifier. */
export const pushoverKind = httpKind({
  kind: "pushover",
  summary: "Sends to a user or group of Pushover.",
  options: {
    token: secretOption("an application token").describe("API token of the application."),
    user: secretOption("a user or group key").describe("Key of the user or group."),
    device: lineOption("a device", 25).optional().describe("Only this device."),
    emergency: z
      .boolean()
      .default(false)
      .describe("True: what is critical rings until somebody confirms it."),
    url: serviceUrl("https://api.pushover.net").describe("Address of the service."),
  },
  secretOptions: ["token", "user"],
  destination: ({ url }) => postTo(url),
  secrets: ({ token, user }) => [token, user],
  request: ({ options, message, text }) => {
    const { token, user, device, emergency } = options;
    const [first] = text.links;
    const form = new URLSearchParams({
      token,
      user,
      title: cutText(text.title, 250),
      message: cutText(bodyText(text), 1_024),
      timestamp: String(Math.floor(message.happenedAtMs / 1_000)),
      ...(emergency && message.severity === "critical" && message.action === "trigger"
        ? EMERGENCY
        : { priority: String(message.action === "resolve" ? 0 : PRIORITIES[message.severity]) }),
    });
    if (device !== undefined) form.set("device", device);
    if (first) {
      form.set("url", cutText(safeUrl(first.url), 512));
      form.set("url_title", first.label);
    }
    return { url: urlBelow(options.url, "1", "messages.json"), body: form };
  },
});
