/** Providers of alerts of Gatus as channels. */
import type { ImportBook } from "./book.ts";
import { channelOptions } from "./channels.ts";
import type { ChannelForm } from "./channels.ts";
import type { Fields } from "./fields.ts";

/** Names of channels by the type of an alert, and the thresholds that alerts have by default. */
export interface GatusAlerting {
  channels: Map<string, string>;
  defaults: Map<string, Fields>;
}

const WEBHOOK = { option: "webhookUrl", secret: true } as const;

const FORMS: Readonly<Record<string, ChannelForm>> = {
  slack: { kind: "slack", parts: { "webhook-url": WEBHOOK } },
  discord: { kind: "discord", parts: { "webhook-url": WEBHOOK } },
  "teams-workflows": { kind: "teams", parts: { "webhook-url": WEBHOOK } },
  mattermost: { kind: "mattermost", parts: { "webhook-url": WEBHOOK, channel: "channel" } },
  googlechat: { kind: "googlechat", parts: { "webhook-url": WEBHOOK } },
  rocketchat: { kind: "rocketchat", parts: { "webhook-url": WEBHOOK } },
  pagerduty: {
    kind: "pagerduty",
    parts: { "integration-key": { option: "routingKey", secret: true } },
  },
  opsgenie: {
    kind: "opsgenie",
    parts: { "api-key": { option: "apiKey", secret: true }, tags: { option: "tags", list: true } },
  },
  telegram: {
    kind: "telegram",
    parts: {
      token: { option: "token", secret: true },
      id: "chatId",
      "topic-id": { option: "topicId", whole: true },
      "api-url": "url",
    },
  },
  ntfy: {
    kind: "ntfy",
    parts: {
      topic: { option: "topic", secret: true },
      token: { option: "token", secret: true },
      url: "url",
    },
  },
  gotify: {
    kind: "gotify",
    parts: { "server-url": "url", token: { option: "token", secret: true } },
  },
  pushover: {
    kind: "pushover",
    parts: {
      "application-token": { option: "token", secret: true },
      "user-key": { option: "user", secret: true },
      device: "device",
    },
  },
  matrix: {
    kind: "matrix",
    parts: {
      "server-url": "homeserver",
      "access-token": { option: "token", secret: true },
      "internal-room-id": "roomId",
    },
    sets: { homeserver: "https://matrix-client.matrix.org" },
  },
  twilio: {
    kind: "twilio",
    parts: {
      sid: "accountSid",
      token: { option: "authToken", secret: true },
      from: "from",
      to: "to",
    },
  },
  email: {
    kind: "email",
    parts: {
      host: "host",
      port: { option: "port", whole: true },
      username: "user",
      password: { option: "password", secret: true },
      from: "from",
      to: { option: "to", list: true },
    },
  },
  signal: {
    kind: "signal",
    parts: { "api-url": "url", number: "number", recipients: { option: "recipients", list: true } },
  },
};

/** Reads the providers; each that is known becomes a channel of its name. */
export function readGatusChannels(
  root: Fields | undefined,
  { book, alerting }: { book: ImportBook; alerting: GatusAlerting },
): void {
  for (const type of root?.names() ?? []) {
    const provider = root?.map(type);
    if (provider === undefined) continue;
    const item = `provider ${type}`;
    const defaults = provider.map("default-alert");
    defaults?.leave("description", "messages say what was seen");
    defaults?.leave("minimum-reminder-interval", "reminders are a matter of the routes");
    if (defaults !== undefined) alerting.defaults.set(type, defaults);
    provider.leave("overrides", "write a channel for each group, and a route to it");
    const form = Object.hasOwn(FORMS, type) ? FORMS[type] : undefined;
    if (form === undefined) {
      book.left(item)("(all)", reasonFor(type));
      provider.skip(...provider.names());
      continue;
    }
    const name = book.nameFor("channel", type, item);
    const options = channelOptions(provider, form, { book, name });
    alerting.channels.set(type, name);
    provider.end();
    book.add({ noun: "channel", item, spec: { name, kind: form.kind, options } });
  }
}

function reasonFor(type: string): string {
  if (type === "custom") return "write a channel of kind webhook; it sends the event as JSON";
  if (type === "teams")
    return "Microsoft retired its webhooks; make one of a workflow (kind teams)";
  return `there is no kind of channel like it`;
}
