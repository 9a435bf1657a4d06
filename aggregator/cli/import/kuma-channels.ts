/** Notifications of Uptime Kuma as channels. */
import type { ImportBook } from "./book.ts";
import { channelOptions } from "./channels.ts";
import type { ChannelForm } from "./channels.ts";
import { fieldsOf, isValues, mapIn, scalarText } from "./fields.ts";
import type { Values } from "./fields.ts";

const secret = (option: string) => ({ option, secret: true }) as const;
const list = (option: string) => ({ option, list: true }) as const;
const whole = (option: string) => ({ option, whole: true }) as const;

/** By the `type` of a notification's config (server/notification-providers). */
const FORMS: Readonly<Record<string, ChannelForm>> = {
  slack: { kind: "slack", parts: { slackwebhookURL: secret("webhookUrl") } },
  discord: {
    kind: "discord",
    parts: { discordWebhookUrl: secret("webhookUrl"), discordUsername: "username" },
  },
  teams: { kind: "teams", parts: { webhookUrl: secret("webhookUrl") } },
  mattermost: {
    kind: "mattermost",
    parts: {
      mattermostWebhookUrl: secret("webhookUrl"),
      mattermostchannel: "channel",
      mattermostusername: "username",
    },
  },
  "rocket.chat": {
    kind: "rocketchat",
    parts: { rocketwebhookURL: secret("webhookUrl"), rocketchannel: "channel" },
  },
  GoogleChat: { kind: "googlechat", parts: { googleChatWebhookURL: secret("webhookUrl") } },
  telegram: {
    kind: "telegram",
    parts: {
      telegramBotToken: secret("token"),
      telegramChatID: "chatId",
      telegramMessageThreadID: whole("topicId"),
      telegramServerUrl: "url",
    },
  },
  PagerDuty: {
    kind: "pagerduty",
    parts: {
      pagerdutyIntegrationKey: secret("routingKey"),
      pagerdutyIntegrationUrl: { option: "url", change: originOf },
    },
  },
  Opsgenie: {
    kind: "opsgenie",
    parts: {
      opsgenieApiKey: secret("apiKey"),
      opsgenieRegion: {
        option: "url",
        change: (region) => `https://api.${region === "eu" ? "eu." : ""}opsgenie.com`,
      },
    },
  },
  ntfy: {
    kind: "ntfy",
    parts: {
      ntfytopic: secret("topic"),
      ntfyserverurl: "url",
      ntfyaccesstoken: secret("token"),
    },
  },
  gotify: {
    kind: "gotify",
    parts: { gotifyserverurl: "url", gotifyapplicationToken: secret("token") },
  },
  pushover: {
    kind: "pushover",
    parts: {
      pushoveruserkey: secret("user"),
      pushoverapptoken: secret("token"),
      pushoverdevice: "device",
    },
  },
  matrix: {
    kind: "matrix",
    parts: { homeserverUrl: "homeserver", internalRoomId: "roomId", accessToken: secret("token") },
  },
  signal: {
    kind: "signal",
    parts: { signalURL: "url", signalNumber: "number", signalRecipients: list("recipients") },
  },
  twilio: {
    kind: "twilio",
    parts: {
      twilioAccountSID: "accountSid",
      twilioAuthToken: secret("authToken"),
      twilioFromNumber: "from",
      twilioToNumber: "to",
    },
  },
  webhook: {
    kind: "webhook",
    parts: { webhookURL: "url" },
    sets: { unsigned: true },
  },
  smtp: {
    kind: "email",
    parts: {
      smtpHost: "host",
      smtpPort: whole("port"),
      smtpSecure: {
        option: "security",
        change: (text) => (/^(?:true|1)$/.test(text) ? "tls" : "starttls"),
      },
      smtpUsername: "user",
      smtpPassword: secret("password"),
      smtpFrom: { option: "from", change: (text) => /<([^>]+)>/.exec(text)?.[1] ?? text },
      smtpTo: list("to"),
    },
  },
};

function originOf(url: string): string {
  return URL.canParse(url) ? new URL(url).origin : url;
}

/** Reads the notifications; gives the names of channels by their ids. */
export function readKumaChannels(
  notifications: readonly Values[],
  book: ImportBook,
): Map<string, string> {
  const channels = new Map<string, string>();
  for (const notification of notifications) {
    const title = scalarText(notification["name"]) ?? "";
    const item = `notification ${title}`;
    const found = notification["config"];
    const config = isValues(found) ? found : mapIn(scalarText(found));
    const type = scalarText(config?.["type"]) ?? "";
    const form = Object.hasOwn(FORMS, type) ? FORMS[type] : undefined;
    if (config === undefined || form === undefined) {
      const why = `there is no kind of channel like ${type === "" ? "it" : type}`;
      book.left(item)("(all)", config === undefined ? "its config cannot be read" : why);
      continue;
    }
    const fields = fieldsOf(config, { tell: book.left(item) });
    fields.skip("name", "type", "isDefault", "applyExisting", "id", "userId", "active");
    const name = book.nameFor("channel", title, item);
    const options = channelOptions(fields, form, { book, name });
    if (type === "webhook") {
      book.changed(item)("webhookURL", "it gets the events of Quorate, unsigned, as JSON");
    }
    fields.end("only what reaches the receiver is carried, not how it looks");
    const isActive = notification["active"] !== false && notification["active"] !== 0;
    const off = isActive ? {} : { enabled: false };
    channels.set(String(notification["id"]), name);
    book.add({ noun: "channel", item, spec: { name, kind: form.kind, options, ...off } });
  }
  return channels;
}
