/**
 * Grafana OnCall, by a formatted webhook. Source:
 * https://grafana.com/docs/oncall/latest/configure/integrations/references/webhook/
 */
import { httpKind, postToHost } from "./http-kind.ts";
import { secretsOfUrl, urlOption } from "./options.ts";
import { bodyText, cutText } from "./text.ts";

/** The Grafana OnCall kind of notifier. */
export const oncallKind = httpKind({
  kind: "oncall",
  summary: "Opens and resolves alert groups in Grafana OnCall by a formatted webhook.",
  options: { webhookUrl: urlOption().describe("URL of the integration; a secret.") },
  secretOptions: ["webhookUrl"],
  destination: ({ webhookUrl }) => postToHost(webhookUrl),
  secrets: ({ webhookUrl }) => secretsOfUrl(webhookUrl),
  request: ({ options, message, text }) => {
    const [first] = text.links;
    return {
      url: options.webhookUrl,
      body: {
        alert_uid: message.thread,
        title: text.title,
        state: message.action === "resolve" ? "ok" : "alerting",
        message: cutText(bodyText(text), 8_000),
        ...(first ? { link_to_upstream_details: first.url } : {}),
        severity: message.severity,
        labels: message.event.data.target?.labels ?? {},
      },
    };
  },
});
