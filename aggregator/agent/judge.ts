/** Looks up what a load balancer is told of a target. */
import type { Clock } from "../../shared/clock.ts";
import { LIMITS } from "../../shared/limits.ts";
import type { Target } from "../../shared/target.ts";
import type { Engine, Store } from "../ports.ts";
import { agentReply, neutralReply } from "./reply.ts";

/** What replies are made from. */
export interface JudgeDeps {
  engine: Pick<Engine, "verdict" | "explain" | "presentSpan" | "nowMs">;
  store: Pick<Store, "targets" | "history">;
  clock: Clock;
}

/** How long after a drain `ready` is said; a load balancer asks every few seconds. */
const READY_MS = 600_000;

/** The time of checks that a degraded target's weight is taken from. */
const SHARE_MS = 600_000;
const SPAN_MS = 300_000;

/** Remembers to whom a drain was told, so that it is taken back, and only then. */
function createDrains(clock: Clock) {
  // What an aggregator before this one told is not known: for a while everything may be drained.
  const allUntilMs = clock.monoMs() + READY_MS;
  const untilMs = new Map<string, number>();
  return {
    told(targetId: string): void {
      untilMs.delete(targetId);
      untilMs.set(targetId, clock.monoMs() + READY_MS);
      const [oldest] = untilMs.keys();
      if (untilMs.size > LIMITS.agentDrainsMax && oldest !== undefined) untilMs.delete(oldest);
    },
    mayBe(targetId: string): boolean {
      const nowMs = clock.monoMs();
      if (nowMs < (untilMs.get(targetId) ?? allUntilMs)) return true;
      untilMs.delete(targetId);
      return nowMs < allUntilMs;
    },
  };
}

/** Creates what answers for a target by name or id, with one line. */
export function createJudge({
  engine,
  store,
  clock,
}: JudgeDeps): (name: string) => Promise<string> {
  const drains = createDrains(clock);

  async function shareOf({ id: targetId }: Target): Promise<number | null> {
    const state = engine.verdict(targetId)?.state;
    if (state === "partial") {
      const quorum = engine.explain(targetId)?.quorum;
      return quorum === undefined || quorum.heard === 0 ? null : quorum.ok / quorum.heard;
    }
    if (state !== "degraded") return null;
    const toMs = engine.nowMs() + 1;
    const range = { fromMs: Math.max(0, toMs - SHARE_MS), toMs };
    const buckets = await store.history.latency({ targetId, ...range, spanMs: SPAN_MS });
    const ok = buckets.reduce((sum, bucket) => sum + bucket.ok, 0);
    const told = buckets.reduce((sum, bucket) => sum + bucket.ok + bucket.failed, 0);
    return told === 0 ? null : ok / told;
  }

  return async (name) => {
    const target = await store.targets.get(name);
    if (target === null) return neutralReply("no target has this name or id");
    const share = await shareOf(target);
    const state = engine.verdict(target.id)?.state ?? "unknown";
    const maintenance = engine.presentSpan(target.id)?.maintenance ?? false;
    if (maintenance) drains.told(target.id);
    const ready = drains.mayBe(target.id);
    const bad = state === "down" || state === "sub_healthy";
    const reason = bad ? (engine.explain(target.id)?.sentence ?? state) : "";
    return agentReply({ state, maintenance, ready, share, reason });
  };
}
