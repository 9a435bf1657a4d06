/** What axe-core finds wrong for people who do not see, or do not use a mouse. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Page } from "playwright-core";
import { z } from "zod";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

const axeSchema = z.object({
  violations: z.array(
    z.object({
      id: z.string(),
      impact: z.string().nullable().optional(),
      nodes: z.array(z.object({ html: z.string() })),
    }),
  ),
});

/** What axe finds serious, as one line each. */
export async function seriousFindings(page: Page): Promise<string[]> {
  // As the browser's own tools do: the page's policy lets nothing else run in it.
  await page.evaluate(AXE);
  const found = axeSchema.parse(await page.evaluate("axe.run({ resultTypes: ['violations'] })"));
  return found.violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 160)).join(" | ")}`);
}
