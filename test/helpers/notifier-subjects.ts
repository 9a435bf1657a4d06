/** Every kind of notifier over HTTP with valid options, planted secrets, and how it is answered. */
import { NOTIFIER_KINDS } from "../../aggregator/notifiers/index.ts";
import type { NotifierKind } from "../../aggregator/ports.ts";

/** A kind under test. */
export interface NotifierSubject {
  kind: NotifierKind;
  /** Valid options that send to this URL, every secret option set. */
  options(url: string): Record<string, unknown>;
  /** The texts that stand in the secret options, and those that are made of them. */
  secrets: readonly string[];
  /** The body with which the service accepts a message. */
  okBody: string;
}

const SIGNING = `whsec_${Buffer.alloc(32, 7).toString("base64")}`;
const TOKEN = "planted-t0ken-5f2c9a";
const HOOK = "planted/5ecret0fTheUrl";

interface Row {
  options: (url: string) => Record<string, unknown>;
  secrets?: readonly string[];
  okBody?: string;
}

const basic = (user: string): string => Buffer.from(`${user}:${TOKEN}`).toString("base64");

/** Kinds whose one secret is the URL itself. */
const hook = (okBody = "ok"): Row => ({
  options: (url) => ({ webhookUrl: `${url}/hooks/${HOOK}?key=planted-query-key` }),
  secrets: [HOOK, "5ecret0fTheUrl", "planted-query-key"],
  okBody,
});

const ROWS: Readonly<Record<string, Row>> = {
  webhook: {
    options: (url) => ({
      url: `${url}/hook?from=quorate`,
      secret: SIGNING,
      headers: { Authorization: 'Bearer tok-"quoted"-77', "X-Key": "k3y-of-the-receiver" },
    }),
    secrets: [SIGNING, 'tok-"quoted"-77', 'tok-\\"quoted\\"-77', "k3y-of-the-receiver"],
  },
  lokahi: { options: (url) => ({ url: `${url}/twirp/github.xe.lokahi.Webhook/Handle` }) },
  alertmanager: {
    options: (url) => ({ url, user: "quorate", password: TOKEN, labels: { mesh: "main" } }),
    secrets: [TOKEN, basic("quorate")],
  },
  pagerduty: { options: (url) => ({ url, routingKey: TOKEN }), secrets: [TOKEN] },
  opsgenie: { options: (url) => ({ url, apiKey: TOKEN, tags: ["mesh"] }), secrets: [TOKEN] },
  oncall: hook(),
  "splunk-oncall": {
    options: (url) => ({ url, apiKey: TOKEN, routingKey: "web-team" }),
    secrets: [TOKEN],
  },
  slack: {
    options: (url) => ({ apiUrl: url, token: TOKEN, channel: "C0NIGHT" }),
    secrets: [TOKEN],
    okBody: '{"ok":true,"channel":"C0NIGHT","ts":"1767225601.000200"}',
  },
  discord: hook(""),
  teams: hook("1"),
  mattermost: hook(),
  rocketchat: hook('{"success":true}'),
  googlechat: hook('{"name":"spaces/A/messages/B"}'),
  webex: {
    options: (url) => ({ url, token: TOKEN, roomId: "room-7" }),
    secrets: [TOKEN],
    okBody: '{"id":"msg-of-webex"}',
  },
  zulip: {
    options: (url) => ({ url, email: "bot@example.org", apiKey: TOKEN, channel: "ops" }),
    secrets: [TOKEN, basic("bot@example.org")],
    okBody: '{"result":"success","id":42}',
  },
  matrix: {
    options: (url) => ({ homeserver: url, roomId: "!night:example.org", token: TOKEN }),
    secrets: [TOKEN],
    okBody: '{"event_id":"$root"}',
  },
  telegram: {
    options: (url) => ({ url, token: `1234:${TOKEN}`, chatId: "-100200" }),
    secrets: [TOKEN],
    okBody: '{"ok":true,"result":{"message_id":77}}',
  },
  signal: {
    options: (url) => ({
      url,
      number: "+4915100000000",
      recipients: ["+4915112345678"],
      user: "quorate",
      password: TOKEN,
    }),
    secrets: [TOKEN, basic("quorate")],
  },
  ntfy: {
    options: (url) => ({ url, topic: "planted-topic-77", token: TOKEN }),
    secrets: [TOKEN, "planted-topic-77"],
  },
  gotify: { options: (url) => ({ url, token: TOKEN }), secrets: [TOKEN] },
  pushover: {
    options: (url) => ({ url, token: TOKEN, user: "planted-user-key" }),
    secrets: [TOKEN, "planted-user-key"],
  },
  twilio: {
    options: (url) => ({
      url,
      accountSid: "AC0",
      authToken: TOKEN,
      from: "+12025550100",
      to: "+4915112345678",
    }),
    secrets: [TOKEN, basic("AC0")],
  },
  github: {
    options: (url) => ({ url, token: TOKEN, repository: "acme/ops", labels: ["outage"] }),
    secrets: [TOKEN],
    okBody: '{"id":1,"number":12}',
  },
  gitlab: {
    options: (url) => ({ url, token: TOKEN, project: "acme/ops", labels: ["outage"] }),
    secrets: [TOKEN],
    okBody: '{"id":1,"iid":12}',
  },
};

/** The kinds that do not speak HTTP; each is held by a test of its own. */
export const OTHER_KINDS: readonly string[] = ["email", "syslog", "exec"];

/** Every kind of notifier over HTTP. */
export const NOTIFIER_SUBJECTS: readonly NotifierSubject[] = NOTIFIER_KINDS.flatMap((kind) => {
  const row = ROWS[kind.kind];
  if (row === undefined) return [];
  const { options, secrets = [], okBody = "" } = row;
  return [{ kind, options, secrets, okBody }];
});
