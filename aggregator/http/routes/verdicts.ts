/** /api/v1/verdicts: what the witnesses together say. */
import { createRoute, z } from "@hono/zod-openapi";
import { explanationSchema, transitionPageSchema } from "../../../shared/api/verdict.ts";
import { verdictPageSchema, verdictSchema } from "../../../shared/api/verdict.ts";
import { QuorateError } from "../../../shared/errors.ts";
import { LIMITS } from "../../../shared/limits.ts";
import type { Target } from "../../../shared/target.ts";
import type { VerdictExplanation } from "../../../shared/verdict.ts";
import type { JudgedTarget, Store } from "../../ports.ts";
import type { App, RouteContext } from "../context.ts";
import { fieldsQuery, integer, json, needs } from "../describe.ts";
import { pageOfQuery, pageQuery, problems, targetParam } from "../describe.ts";
import { apiPage } from "../lists.ts";
import { allOf, labelsKeep, labelsQuery, ofTarget, statesQuery } from "../narrowing.ts";
import { sortQuery } from "../sorting.ts";
import { pageOfTargets, VERDICT_FIELDS } from "../target-lists.ts";
import { explanationView, transitionView, verdictView } from "../views.ts";

const tags = ["verdicts"];

const listVerdicts = createRoute({
  ...needs("read"),
  method: "get",
  path: "/api/v1/verdicts",
  tags,
  summary: "List verdicts",
  description:
    "One page of verdicts, all or those of some states and labels, by name of the target unless " +
    "`sort` says otherwise.",
  request: {
    query: z.strictObject({
      ...pageQuery,
      ...labelsQuery,
      state: statesQuery,
      sort: sortQuery({ fields: VERDICT_FIELDS, usual: "target" }),
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
  request: { params: targetParam, query: z.strictObject(fieldsQuery) },
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
    const { state, sort, ...asked } = c.req.valid("query");
    const keep = allOf<JudgedTarget>([
      state === undefined ? null : ({ verdict }) => state.has(verdict.state),
      ofTarget(labelsKeep(asked)),
    ]);
    const query = { ...pageOfQuery(asked), sort };
    const shape = { fields: VERDICT_FIELDS, usual: "target", keep };
    const page = await pageOfTargets(context, query, shape);
    return c.json(
      apiPage(page, ({ target, verdict }) => verdictView(target, verdict)),
      200,
    );
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
