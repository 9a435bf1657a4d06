/**
 * PagerDuty, Events API v2: one dedup key for each trouble, so that its end resolves its alert.
 * Source: https://developer.pagerduty.com/docs/send-alert-event
 */
import { httpKind, postTo, urlBelow } from "./http-kind.ts";
import { subjectOf } from "./message.ts";
import type { Message } from "./message.ts";
import { secretOption, serviceUrl } from "./options.ts";
import { bodyText, cutText, shortText } from "./text.ts";

const SEVERITIES: Readonly<Record<Message["severity"], string>> = {
  critical: "critical",
  major: "error",
  minor: "warning",
  info: "info",
};

/** Longest summary that PagerDuty takes. */
const SUMMARY_CHARS_MAX = 1_024;

/** The PagerDuty kind of notifier. */
export const pagerdutyKind = httpKind({
  kind: "pagerduty",
  summary: "Triggers and resolves incidents in PagerDuty (Events API v2).",
  options: {
    routingKey: secretOption("the integration key").describe(
      "Integration key of an Events API v2 integration.",
    ),
    url: serviceUrl("https://events.pagerduty.com").describe(
      "Address of the service; https://events.eu.pagerduty.com in the European region.",
    ),
  },
  secretOptions: ["routingKey"],
  destination: ({ url }) => postTo(url),
  secrets: ({ routingKey }) => [routingKey],
  request: ({ options, message, text }) => {
    const { event, action, thread } = message;
    const { target, probe } = event.data;
    return {
      url: urlBelow(options.url, "v2", "enqueue"),
      body: {
        routing_key: options.routingKey,
        event_action: action === "resolve" ? "resolve" : "trigger",
        dedup_key: thread,
        client: "Quorate",
        payload: {
          summary: shortText(text, SUMMARY_CHARS_MAX),
          source: subjectOf(event.data),
          severity: SEVERITIES[message.severity],
          timestamp: event.timestamp,
          class: event.type,
          ...(target ? { component: target.name, group: target.kind } : {}),
          ...(probe ? { component: probe.name, group: probe.region } : {}),
          custom_details: {
            evidence: cutText(bodyText(text), 8_000),
            labels: target?.labels ?? {},
            message_id: message.id,
          },
        },
        links: text.links.map(({ label, url }) => ({ href: url, text: label })),
      },
    };
  },
});
