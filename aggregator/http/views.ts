/** The nouns as the API shows them: times as text, secrets masked. */
import type { ApiChannel, ApiDelivery, ApiNotification } from "../../shared/api/channel.ts";
import type { ApiEvent } from "../../shared/api/event.ts";
import type { ApiIncident } from "../../shared/api/incident.ts";
import type { ApiProbe } from "../../shared/api/probe.ts";
import type { ApiLatencyBucket, ApiResult } from "../../shared/api/result.ts";
import type { ApiTarget } from "../../shared/api/target.ts";
import type { ApiExplanation, ApiTransition, ApiVerdict } from "../../shared/api/verdict.ts";
import type { Channel, Delivery, Notification } from "../../shared/channel.ts";
import { isoTime } from "../../shared/clock.ts";
import type { Incident } from "../../shared/event.ts";
import { outageFinding, outageSentence } from "../../shared/outage.ts";
import { noProbeFacts } from "../../shared/probe.ts";
import type { Probe, ProbeFacts } from "../../shared/probe.ts";
import type { HistoryResult } from "../../shared/result.ts";
import type { Target } from "../../shared/target.ts";
import type { VerdictExplanation } from "../../shared/verdict.ts";
import type { LatencyBucket, StoredEvent, TransitionRow, VerdictSummary } from "../ports.ts";
import type { HttpDeps } from "./context.ts";

const isoOrNull = (atMs: number | null): string | null => (atMs === null ? null : isoTime(atMs));

/** Names of probes by id. */
export type ProbeNames = ReadonlyMap<string, string>;

/** A target; `warnings` belong to it. */
export function targetView(
  { engine, kinds }: Pick<HttpDeps, "engine" | "kinds">,
  target: Target,
  warnings: string[],
): ApiTarget {
  const { id, spec, revision, createdAtMs, updatedAtMs } = target;
  const { state, sinceMs } = engine.verdict(id) ?? noVerdict(target);
  return {
    id,
    ...spec,
    options: kinds.redact(spec.kind, spec.options),
    revision,
    createdAt: isoTime(createdAtMs),
    updatedAt: isoTime(updatedAtMs),
    warnings,
    verdict: { state, since: isoTime(sinceMs) },
  };
}

/** What is said of a target that the engine has not judged yet. */
export function noVerdict({ id, createdAtMs }: Target): VerdictSummary {
  const rest = { lean: null, incidentId: null, transition: 0 };
  return { targetId: id, state: "unknown", sinceMs: createdAtMs, ...rest };
}

/** The verdict of a target in short. */
export function verdictView(target: Target, summary: VerdictSummary | null): ApiVerdict {
  const { targetId, state, sinceMs, lean, incidentId, transition } = summary ?? noVerdict(target);
  const { name, labels } = target.spec;
  const since = isoTime(sinceMs);
  return { targetId, target: name, labels, state, since, lean, incidentId, transition };
}

/** An explanation; every time stands in it twice, for people and for arithmetic. */
export function explanationView(explanation: VerdictExplanation): ApiExplanation {
  return {
    ...explanation,
    since: isoTime(explanation.sinceMs),
    at: isoTime(explanation.atMs),
    vantages: explanation.vantages.map((vantage) => ({
      ...vantage,
      seenAt: isoOrNull(vantage.seenAtMs),
    })),
  };
}

/** A change of a verdict. */
export function transitionView(row: TransitionRow): ApiTransition {
  const { number, atMs, from, to, incidentId, explanation } = row;
  const { cause, sentence } = explanation;
  return { number, at: isoTime(atMs), from, to, incidentId, cause, sentence };
}

/** A check result. */
export function resultView(result: HistoryResult, names: ProbeNames): ApiResult {
  const { atMs, receivedAtMs, ...rest } = result;
  const probe = names.get(result.probeId) ?? null;
  return { ...rest, probe, at: isoTime(atMs), receivedAt: isoTime(receivedAtMs) };
}

/** A bucket of latency history. */
export function latencyView(bucket: LatencyBucket, names: ProbeNames): ApiLatencyBucket {
  const { fromMs, ...rest } = bucket;
  return { ...rest, probe: names.get(bucket.probeId) ?? null, from: isoTime(fromMs) };
}

/** A probe with what is known of it at this moment. */
export function probeView(
  { engine, sessions }: Pick<HttpDeps, "engine" | "sessions">,
  probe: Probe,
): ApiProbe {
  const { id, spec, draining, revision, createdAtMs, updatedAtMs } = probe;
  const joining = {
    state: "joining",
    reason: "It was never heard.",
    sinceMs: createdAtMs,
  } as const;
  const { state, reason, sinceMs } = engine.probe(id) ?? joining;
  const { lastHeartbeatAtMs, lastOutage, ...session } = sessions.status(id) ?? noProbeFacts();
  return {
    id,
    ...spec,
    draining,
    revision,
    createdAt: isoTime(createdAtMs),
    updatedAt: isoTime(updatedAtMs),
    status: {
      state,
      reason,
      since: isoTime(sinceMs),
      ...session,
      lastHeartbeatAt: isoOrNull(lastHeartbeatAtMs),
      lastOutage: lastOutage === null ? null : outageView(lastOutage),
    },
  };
}

function outageView(outage: NonNullable<ProbeFacts["lastOutage"]>) {
  const { endedAtMs, lastedMs, why } = outage;
  const startedAt = isoTime(Math.max(0, endedAtMs - lastedMs));
  const sentence = outageSentence(outage);
  return { startedAt, endedAt: isoTime(endedAtMs), lost: outageFinding(outage), why, sentence };
}

/** An incident. */
export function incidentView(incident: Incident): ApiIncident {
  const { id, targetId, targetName, severity, state, cause, sentence } = incident;
  return {
    id,
    targetId,
    target: targetName,
    severity,
    state,
    cause,
    sentence,
    openedAt: isoTime(incident.openedAtMs),
    resolvedAt: isoOrNull(incident.resolvedAtMs),
    acknowledgedAt: isoOrNull(incident.acknowledgedAtMs),
    acknowledgedBy: incident.acknowledgedBy,
    notes: incident.notes.map(({ atMs, ...note }) => ({ at: isoTime(atMs), ...note })),
  };
}

/** A channel. Options that no longer fit their kind do not hide it. */
export function channelView(
  { notifiers }: Pick<HttpDeps, "notifiers">,
  channel: Channel,
): ApiChannel {
  const { id, spec, revision, createdAtMs, updatedAtMs } = channel;
  return {
    id,
    ...spec,
    options: notifiers.redact(spec.kind, spec.options),
    destination: destinationOf(notifiers, spec),
    revision,
    createdAt: isoTime(createdAtMs),
    updatedAt: isoTime(updatedAtMs),
  };
}

function destinationOf(notifiers: HttpDeps["notifiers"], spec: Channel["spec"]): string {
  try {
    return notifiers.prepare(spec.kind, spec.options).destination;
  } catch {
    return "unknown: the options no longer fit the kind";
  }
}

/** A notification with its message as JSON. */
export function notificationView(notification: Notification): ApiNotification {
  const { body, createdAtMs, nextAttemptAtMs, deliveredAtMs, ...rest } = notification;
  const event: unknown = JSON.parse(body);
  return {
    ...rest,
    event,
    createdAt: isoTime(createdAtMs),
    nextAttemptAt: rest.state === "pending" ? isoTime(nextAttemptAtMs) : null,
    deliveredAt: isoOrNull(deliveredAtMs),
  };
}

/** One attempt to deliver. */
export function deliveryView(delivery: Delivery): ApiDelivery {
  const { attempt, atMs, durationMs, status, ok, detail, request } = delivery;
  return { attempt, at: isoTime(atMs), durationMs, status, ok, detail, request };
}

/** A public event with its number. */
export function eventView({ number, event }: StoredEvent): ApiEvent {
  const { id, type, timestamp, data } = event;
  return { number, id, type, timestamp, data: { ...data } };
}
