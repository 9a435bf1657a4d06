/**
 * Opsgenie, Alert API: the trouble is the alias, by which its end closes the alert.
 * Source: https://docs.opsgenie.com/docs/alert-api
 */
import { z } from "zod";
import { httpKind, postTo, urlBelow } from "./http-kind.ts";
import { subjectOf } from "./message.ts";
import type { Message } from "./message.ts";
import { lineOption, secretOption, serviceUrl } from "./options.ts";
import { bodyText, cutText } from "./text.ts";

const PRIORITIES: Readonly<Record<Message["severity"], string>> = {
  critical: "P1",
  major: "P2",
  minor: "P3",
  info: "P5",
};

/** The Opsgenie kind of notifier. */
export const opsgenieKind = httpKind({
  kind: "opsgenie",
  summary: "Creates and closes alerts in Opsgenie.",
  options: {
    apiKey: secretOption("an API key").describe("API key of an API integration."),
    url: serviceUrl("https://api.opsgenie.com").describe(
      "Address of the service; https://api.eu.opsgenie.com in the European region.",
    ),
    tags: z.array(lineOption("a tag", 50)).max(20).default([]).describe("Tags of every alert."),
  },
  secretOptions: ["apiKey"],
  destination: ({ url }) => postTo(url),
  secrets: ({ apiKey }) => [apiKey],
  request: ({ options, message, text }) => {
    const { event, action, thread } = message;
    const headers = { authorization: `GenieKey ${options.apiKey}` };
    if (action === "resolve") {
      const url = urlBelow(options.url, "v2", "alerts", thread, "close");
      url.searchParams.set("identifierType", "alias");
      return {
        url,
        headers,
        body: { source: "Quorate", note: cutText(event.data.sentence, 25_000) },
      };
    }
    const labels = event.data.target?.labels ?? {};
    return {
      url: urlBelow(options.url, "v2", "alerts"),
      headers,
      body: {
        message: cutText(text.title, 130),
        alias: thread,
        description: cutText(bodyText(text), 15_000),
        entity: cutText(subjectOf(event.data), 512),
        source: "Quorate",
        priority: PRIORITIES[message.severity],
        tags: options.tags,
        details: { ...labels, type: event.type, message_id: message.id },
      },
    };
  },
});
