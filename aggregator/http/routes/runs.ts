/** /api/v1/targets/{id}/run: every vantage looks at once. */
import { createRoute, z } from "@hono/zod-openapi";
import { runSchema } from "../../../shared/api/target.ts";
import { sleep } from "../../../shared/clock.ts";
import { QuorateError } from "../../../shared/errors.ts";
import { LIMITS } from "../../../shared/limits.ts";
import type { Probe } from "../../../shared/probe.ts";
import type { HistoryResult } from "../../../shared/result.ts";
import type { Target } from "../../../shared/target.ts";
import { vantagesOf } from "../../assign.ts";
import type { App, RouteContext } from "../context.ts";
import { flag, idempotencyHeaders, idParam, json, needs, problems } from "../describe.ts";
import { resultView } from "../views.ts";

const runTarget = createRoute({
  ...needs("write"),
  method: "post",
  path: "/api/v1/targets/{id}/run",
  tags: ["targets"],
  summary: "Let every connected vantage look at the target now",
  description:
    "Out of turn, beside the schedule; the results count as evidence like any other. Without " +
    "`wait` the answer says who was asked, with it also what they saw.",
  request: {
    params: idParam("target"),
    headers: idempotencyHeaders,
    query: z.strictObject({
      wait: flag("Wait for the results, at most the target's timeout and 5 s.").optional(),
    }),
  },
  responses: {
    200: json(runSchema, "With `wait=true`: what the vantages saw."),
    202: json(runSchema, "The vantages that were asked."),
    ...problems,
  },
});

/** How often the history is looked at while results are waited for. */
const POLL_MS = 100;

/** Longest wait for results beyond the target's timeout. */
const GRACE_MS = 5_000;

/** How much too early the end of a check may be estimated. */
const ESTIMATE_MS = 60_000;

/** Adds the route. */
export function addRuns(app: App, context: RouteContext): void {
  app.openapi(runTarget, async (c) => {
    const target = await context.registry.targets.get(c.req.valid("param").id);
    const asked = await ask(context, target);
    const vantages = asked.probes.map(({ id, spec }) => ({ probeId: id, probe: spec.name }));
    const targetId = target.id;
    if (c.req.valid("query").wait !== true) {
      return c.json({ targetId, vantages, results: [], complete: false }, 202);
    }
    const found = await waitForResults(context, { target, ...asked, signal: c.req.raw.signal });
    const names = new Map(asked.probes.map(({ id, spec }) => [id, spec.name]));
    const results = found.map((result) => resultView(result, names));
    const complete = results.length === vantages.length;
    return c.json({ targetId, vantages, results, complete }, 200);
  });
}

interface Asked {
  probes: Probe[];
  /** Log time at which they were asked. */
  fromMs: number;
}

async function ask({ engine, store, sessions }: RouteContext, target: Target): Promise<Asked> {
  const { name, enabled, vantages } = target.spec;
  if (!enabled) {
    throw new QuorateError("conflict", `Target ${name} is disabled. Set enabled to true first.`);
  }
  const probes = vantagesOf(vantages, await store.probes.all()).filter(
    ({ id, draining }) => !draining && sessions.status(id)?.connected === true,
  );
  if (probes.length === 0) {
    const sentence = `No vantage of target ${name} is connected, so nobody can look at it now.`;
    throw new QuorateError("unavailable", `${sentence} See its warnings, and the probes.`);
  }
  const fromMs = engine.nowMs();
  const probeIds = probes.map(({ id }) => id);
  sessions.recheck({ handle: target.handle, probeIds, attempts: 1, stopAfterOks: 1 });
  return { probes, fromMs };
}

/** The newest result of each vantage that looked out of turn since it was asked. */
async function waitForResults(
  { clock, store, closing }: RouteContext,
  { target, probes, fromMs, signal }: Asked & { target: Target; signal: AbortSignal },
): Promise<HistoryResult[]> {
  const untilMs = clock.monoMs() + target.spec.timeoutMs + GRACE_MS;
  // The end of a check is an estimate that may lie before the moment it was asked for.
  const range = { fromMs: fromMs - ESTIMATE_MS, toMs: fromMs + 86_400_000 };
  const query = { targetId: target.id, ...range };
  for (;;) {
    const page = await store.history.results({ ...query, limit: LIMITS.pageRowsMax });
    const found = new Map<string, HistoryResult>();
    for (const result of page.rows) {
      const isAnswer = result.attempt > 0 && result.receivedAtMs >= fromMs;
      if (isAnswer && !found.has(result.probeId)) found.set(result.probeId, result);
    }
    const results = probes.flatMap(({ id }) => found.get(id) ?? []);
    const isOver = clock.monoMs() >= untilMs || signal.aborted || closing.aborted;
    if (results.length === probes.length || isOver) return results;
    await sleep(clock, POLL_MS);
  }
}
