/**
 * Splunk On-Call (VictorOps), generic REST endpoint: the entity id joins a trouble and its end.
 * Source: https://help.victorops.com/knowledge-base/rest-endpoint-integration-guide/
 */
import { httpKind, urlBelow } from "./http-kind.ts";
import { subjectOf } from "./message.ts";
import type { Message } from "./message.ts";
import { lineOption, secretOption, serviceUrl } from "./options.ts";
import { bodyText, cutText } from "./text.ts";

/** The Splunk On-Call kind of notifier. */
export const splunkOncallKind = httpKind({
  kind: "splunk-oncall",
  summary: "Opens and recovers incidents in Splunk On-Call (VictorOps).",
  options: {
    apiKey: secretOption("the key of the REST endpoint").describe("Key of the REST endpoint."),
    routingKey: lineOption("a routing key", 100).describe("Routing key: which team it is for."),
    url: serviceUrl("https://alert.victorops.com").describe("Address of the service."),
  },
  secretOptions: ["apiKey"],
  destination: ({ url, routingKey }) => `Splunk On-Call ${routingKey} at ${new URL(url).origin}`,
  secrets: ({ apiKey }) => [apiKey, encodeURIComponent(apiKey)],
  request: ({ options: { url, apiKey, routingKey }, message, text }) => ({
    url: urlBelow(url, "integrations", "generic", "20131114", "alert", apiKey, routingKey),
    body: {
      message_type: typeOf(message),
      entity_id: message.thread,
      entity_display_name: text.title,
      state_message: cutText(bodyText(text), 16_000),
      state_start_time: Math.floor(message.happenedAtMs / 1_000),
      monitoring_tool: "Quorate",
      host_name: subjectOf(message.event.data),
      message_id: message.id,
    },
  }),
});

function typeOf({ action, severity }: Message): string {
  if (action === "resolve") return "RECOVERY";
  if (action === "inform") return "INFO";
  return severity === "critical" || severity === "major" ? "CRITICAL" : "WARNING";
}
