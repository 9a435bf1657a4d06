/** /verdict and /badge: a verdict for machines that read a status, and for pages that show it. */
import { createRoute, z } from "@hono/zod-openapi";
import { standingSchema } from "../../../shared/api/standing.ts";
import { isoTime } from "../../../shared/clock.ts";
import { LIMITS } from "../../../shared/limits.ts";
import { standingOf } from "../../../shared/standing.ts";
import type { VerdictState } from "../../../shared/verdict.ts";
import type { Target } from "../../../shared/target.ts";
import { badgeSvg } from "../badge.ts";
import type { App, RouteContext } from "../context.ts";
import { needs, open, problems, targetParam } from "../describe.ts";
import { noVerdict } from "../views.ts";

const tags = ["verdicts"];

/** Name of the header that tells the state, whatever the status is. */
const STATE_HEADER = "x-quorate-verdict";

/** How long a badge may be kept: pages of many readers ask for it again and again. */
const BADGE_S = 15;

const headers = z.object({
  [STATE_HEADER]: z.string().openapi({ description: "State of the verdict, such as `unknown`." }),
});

const content = {
  "application/json": { schema: standingSchema },
  "text/plain": { schema: z.string() },
};

const query = z.strictObject({
  unknown: z.enum(["200", "503"]).optional().openapi({
    description: "Status of an unknown verdict. Default 200: too little evidence is no failure.",
  }),
  format: z
    .enum(["json", "text"])
    .optional()
    .openapi({ description: "One line of JSON (default), or the state as a word." }),
});

/** The routes, with the scope they need where verdicts are not public. */
function routesFor(isPublic: boolean) {
  const access = isPublic ? open : needs("read");
  const getStanding = createRoute({
    ...access,
    method: "get",
    path: "/verdict/{target}",
    tags,
    operationId: "verdicts.standing",
    summary: "Whether a target may be relied on, as a status: 200, or 503 when it is down",
    description:
      "503 for `down` and `sub_healthy`, 200 for all else. `unknown` is 200 too, and the header " +
      "says so; with `?unknown=503` it is 503. A token is needed unless the aggregator runs " +
      "with `--public-verdicts`.",
    request: { params: targetParam, query },
    responses: {
      200: { description: "It serves, or nobody can tell.", headers, content },
      503: { description: "It is down, or sub-healthy.", headers, content },
      ...problems,
    },
  });
  const getBadge = createRoute({
    ...access,
    method: "get",
    path: "/badge/{file}",
    tags,
    operationId: "verdicts.badge",
    summary: "A badge with the verdict of a target, as SVG",
    description:
      "For a page or a README; it may be kept for 15 s. A token is needed unless the aggregator " +
      "runs with `--public-verdicts`.",
    request: {
      params: z.object({
        file: z
          .string()
          .max(LIMITS.nameCharsMax + 100)
          .regex(/^.+\.svg$/, "expected <target>.svg")
          .openapi({
            description: "Id or name of the target, and `.svg`.",
            example: "checkout.svg",
          }),
      }),
    },
    responses: {
      200: { description: "SVG.", content: { "image/svg+xml": { schema: z.string() } } },
      ...problems,
    },
  });
  return { getStanding, getBadge };
}

/** Colours with at least 4.5 to 1 against white text; unknown is grey, never red. */
const COLOURS: Record<VerdictState, string> = {
  up: "#237a3b",
  recovering: "#4c7a1e",
  degraded: "#8a6100",
  partial: "#a84c00",
  suspect: "#8a6100",
  sub_healthy: "#b3261e",
  down: "#b3261e",
  unknown: "#6b6b6b",
};

/** Adds the routes. */
export function addMachines(app: App, context: RouteContext): void {
  const { engine, registry } = context;
  const isPublic = context.publicVerdicts === true;
  const { getStanding, getBadge } = routesFor(isPublic);
  const verdictOf = (target: Target) => engine.verdict(target.id) ?? noVerdict(target);

  app.openapi(getStanding, async (c) => {
    const target = await registry.targets.get(c.req.valid("param").target);
    const { unknown, format } = c.req.valid("query");
    const { state, sinceMs } = verdictOf(target);
    const standing = standingOf(state);
    const failing = standing === "unknown" ? unknown === "503" : standing === "not_serving";
    const status = failing ? 503 : 200;
    c.header(STATE_HEADER, state);
    if (format === "text") return c.text(`${state}\n`, status);
    const since = isoTime(sinceMs);
    return c.json({ target: target.spec.name, state, since, standing }, status);
  });

  app.openapi(getBadge, async (c) => {
    const { file } = c.req.valid("param");
    const target = await registry.targets.get(file.slice(0, -".svg".length));
    const { state } = verdictOf(target);
    const word = state.replaceAll("_", "-");
    const svg = badgeSvg({ label: target.spec.name, word, colour: COLOURS[state] });
    return c.body(svg, 200, {
      "content-type": "image/svg+xml; charset=utf-8",
      // Pages of other sites show it.
      "cross-origin-resource-policy": "cross-origin",
      "cache-control": `${isPublic ? "public" : "private"}, max-age=${BADGE_S}`,
    });
  });
}
