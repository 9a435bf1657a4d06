/** /api/v1/verdicts: what the witnesses together say. */
import { createRoute, z } from "@hono/zod-openapi";
import { explanationSchema, transitionPageSchema } from "../../../shared/api/verdict.ts";
import { verdictPageSchema, verdictSchema } from "../../../shared/api/verdict.ts";
import { QuorateError } from "../../../shared/errors.ts";
import { LIMITS } from "../../../shared/limits.ts";
import type { Target } from "../../../shared/target.ts";
import { VERDICT_STATES } from "../../../shared/verdict.ts";
import type { VerdictExplanation } from "../../../shared/verdict.ts";
import type { Store } from "../../ports.ts";
import { invalidAt } from "../../registry/input.ts";
import type { App, RouteContext } from "../context.ts";
import { hasLabels, integer, json, labelQuery, needs } from "../describe.ts";
import { pageOfQuery, pageQuery, problems, targetParam } from "../describe.ts";
import { apiPage, filteredPage } from "../lists.ts";
import { explanationView, noVerdict, transitionView, verdictView } from "../views.ts";

const tags = ["verdicts"];

const listVerdicts = createRoute({
  ...needs("read"),
  method: "get",
  path: "/api/v1/verdicts",
  tags,
  summary: "List verdicts by name of the target",
  description:
    "One page of verdicts, all or those of some states and labels. A narrowed page may be short " +
    "and still have a `next`.",
  request: {
    query: z.strictObject({
      ...pageQuery,
      label: labelQuery,
      state: z
        .string()
        .max(200)
        .optional()
        .openapi({ description: "States, separated by commas.", example: "down,unknown" }),
    }),
  },
  responses: { 200: json(verdictPageSchema, "One page."), ...problems },
});

const getVerdict = createRoute({
  ...needs("read"),
  method: "get",
  path: "/api/v1/verdicts/{target}",
  tags,
  summary: "Get the verdict of a target",
  description: "What the witnesses together say of the target now, in short; `explain` says why.",
  request: { params: targetParam },
  responses: { 200: json(verdictSchema, "The verdict."), ...problems },
});

const explainVerdict = createRoute({
  ...needs("read"),
  method: "get",
  path: "/api/v1/verdicts/{target}/explain",
  tags,
  summary: "Explain a verdict: who saw what, when, and who did not count and why",
  description:
    "The sentence, the arithmetic of the failure domains, and every vantage with what it saw " +
    "and whether it counted. With `transition`, as it was then.",
  request: {
    params: targetParam,
    query: z.strictObject({
      transition: integer({
        min: 1,
        max: Number.MAX_SAFE_INTEGER,
        description: "Number of a past transition; absent: as it is now.",
      }).optional(),
    }),
  },
  responses: { 200: json(explanationSchema, "The explanation."), ...problems },
});

const listTransitions = createRoute({
  ...needs("read"),
  method: "get",
  path: "/api/v1/verdicts/{target}/transitions",
  tags,
  summary: "List the changes of a verdict, newest first",
  description: "Every change of state with its sentence, and the incident it belongs to.",
  request: { params: targetParam, query: z.strictObject(pageQuery) },
  responses: { 200: json(transitionPageSchema, "One page."), ...problems },
});

/** Adds the routes. */
export function addVerdicts(app: App, context: RouteContext): void {
  const { engine, registry, store } = context;
  const view = (target: Target) => verdictView(target, engine.verdict(target.id));

  app.openapi(listVerdicts, async (c) => {
    const { label, state, ...rest } = c.req.valid("query");
    const query = pageOfQuery(rest);
    if (state === undefined && label === undefined) {
      return c.json(apiPage(await store.targets.list(query), view), 200);
    }
    const states = statesOf(state);
    const keep = (target: Target): boolean =>
      states.has((engine.verdict(target.id) ?? noVerdict(target)).state) &&
      hasLabels(target.spec.labels, label);
    const page = await filteredPage((part) => store.targets.list(part), query, keep);
    return c.json(apiPage(page, view), 200);
  });

  app.openapi(getVerdict, async (c) => {
    return c.json(view(await registry.targets.get(c.req.valid("param").target)), 200);
  });

  app.openapi(explainVerdict, async (c) => {
    const target = await registry.targets.get(c.req.valid("param").target);
    const { transition } = c.req.valid("query");
    if (transition !== undefined) {
      return c.json(explanationView(await pastExplanation(store, target, transition)), 200);
    }
    const explanation = engine.explain(target.id);
    if (explanation !== null) return c.json(explanationView(explanation), 200);
    const sentence = `The engine does not know target ${target.spec.name} yet.`;
    throw new QuorateError("unavailable", `${sentence} Try again in a moment.`);
  });

  app.openapi(listTransitions, async (c) => {
    const target = await registry.targets.get(c.req.valid("param").target);
    const query = pageOfQuery(c.req.valid("query"));
    return c.json(apiPage(await store.events.transitions(target.id, query), transitionView), 200);
  });
}

function statesOf(text: string | undefined): ReadonlySet<string> {
  if (text === undefined) return new Set(VERDICT_STATES);
  const states = text.split(",").map((state) => state.trim());
  const known: readonly string[] = VERDICT_STATES;
  const unknown = states.find((state) => !known.includes(state));
  if (unknown === undefined) return new Set(states);
  throw invalidAt("state", `expected some of ${known.join(", ")}`, unknown);
}

/** The explanation at a past transition; transitions are listed newest first. */
async function pastExplanation(
  store: Store,
  target: Target,
  number: number,
): Promise<VerdictExplanation> {
  let cursor: string | undefined;
  for (;;) {
    const page = await store.events.transitions(target.id, { cursor, limit: LIMITS.pageRowsMax });
    const found = page.rows.find((row) => row.number === number);
    if (found !== undefined) return found.explanation;
    if (page.next === null || (page.rows.at(-1)?.number ?? 0) < number) break;
    cursor = page.next;
  }
  const sentence = `Target ${target.spec.name} has no transition ${number}.`;
  throw new QuorateError("not_found", `${sentence} List its transitions to see which it has.`);
}
