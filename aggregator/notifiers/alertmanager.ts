/**
 * Prometheus Alertmanager, API v2. Alerts are the same by their labels, so these never change
 * within a trouble but for the severity, whose other values are told to be over.
 * Source: https://github.com/prometheus/alertmanager/blob/main/api/v2/openapi.yaml
 */
import { z } from "zod";
import { isoTime } from "../../shared/clock.ts";
import { httpKind, postTo, urlBelow } from "./http-kind.ts";
import { subjectOf } from "./message.ts";
import type { Message } from "./message.ts";
import { basicAuth, lineOption, secretOption, urlOption } from "./options.ts";
import { bodyText, cutText } from "./text.ts";
import type { MessageText } from "./text.ts";

/** Severities that an incident can change between. */
const SEVERITIES = ["critical", "major", "minor"] as const;

/** How long an alert stands that nobody ends; Alertmanager asks its senders to say it again. */
const HOLD_MS = 30 * 86_400_000;

/** How long what only informs stands. */
const INFORM_MS = 300_000;

/** The Alertmanager kind of notifier. */
export const alertmanagerKind = httpKind({
  kind: "alertmanager",
  summary: "Posts alerts to a Prometheus Alertmanager (API v2), which groups and routes them.",
  options: {
    url: urlOption().describe("Address of the Alertmanager, such as http://am:9093."),
    user: lineOption("a user name", 200).optional().describe("User of Basic authentication."),
    password: secretOption("a password").optional().describe("Password of that user."),
    token: secretOption("a bearer token").optional().describe("Bearer token, instead of a user."),
    labels: z
      .record(z.string().regex(/^[a-zA-Z_][a-zA-Z0-9_]*$/), z.string().max(200))
      .default({})
      .describe("Labels added to every alert."),
  },
  secretOptions: ["password", "token"],
  destination: ({ url }) => postTo(url),
  secrets: ({ user = "", password, token }) => [
    ...(password === undefined ? [] : basicAuth(user, password).secrets),
    ...(token === undefined ? [] : [token]),
  ],
  request: ({ options, message, text }) => ({
    url: urlBelow(options.url, "api", "v2", "alerts"),
    headers: authorization(options),
    body: alertsOf(message, text, options.labels),
  }),
});

interface Credentials {
  user?: string | undefined;
  password?: string | undefined;
  token?: string | undefined;
}

function authorization({ user, password, token }: Credentials): Record<string, string> {
  if (token !== undefined) return { authorization: `Bearer ${token}` };
  if (user === undefined) return {};
  return { authorization: basicAuth(user, password ?? "").header };
}

function alertsOf(message: Message, text: MessageText, extra: Record<string, string>): object[] {
  const { action, event, happenedAtMs, severity } = message;
  const labels = { ...labelsOf(message), ...extra };
  const annotations = {
    summary: text.title,
    description: cutText(bodyText(text), 4_000),
    ...(event.data.target?.playbookUrl ? { runbook_url: event.data.target.playbookUrl } : {}),
  };
  const startsAtMs = Math.min(Date.parse(event.data.since ?? "") || happenedAtMs, happenedAtMs);
  const endsAtMs = {
    trigger: happenedAtMs + HOLD_MS,
    resolve: happenedAtMs,
    inform: happenedAtMs + INFORM_MS,
  };
  const alertOf = (as: string, endMs: number): object => ({
    labels: { ...labels, severity: as },
    annotations,
    startsAt: isoTime(Math.min(startsAtMs, endMs)),
    endsAt: isoTime(endMs),
  });
  const others = action === "inform" ? [] : SEVERITIES.filter((other) => other !== severity);
  return [
    alertOf(severity, endsAtMs[action]),
    ...others.map((other) => alertOf(other, happenedAtMs)),
  ];
}

/** What makes an alert itself; the same in every message of one trouble. */
function labelsOf({ event: { type, data }, thread }: Message): Record<string, string> {
  const own = Object.entries(data.target?.labels ?? {}).map(
    ([key, value]) => [`label_${key.replace(/[^a-zA-Z0-9_]/g, "_")}`, value] as const,
  );
  const about = data.folded ? "Fold" : data.target ? "Target" : data.probe ? "Probe" : "Mesh";
  return {
    alertname: type === "channel.test" ? "QuorateTest" : `Quorate${about}`,
    subject: subjectOf(data),
    thread,
    ...(data.target ? { target: data.target.name, kind: data.target.kind } : {}),
    ...(data.probe ? { probe: data.probe.name, region: data.probe.region } : {}),
    ...Object.fromEntries(own),
  };
}
