/** Which rows the overview shows, and in which order. */
import assert from "node:assert/strict";
import test from "node:test";
import type { Row } from "../../../aggregator/web/app/live/row.ts";
import { labelKeys, linesOf } from "../../../aggregator/web/app/pages/overview-view.ts";
import type { View } from "../../../aggregator/web/app/pages/overview-view.ts";
import type { VerdictState } from "../../../shared/verdict.ts";

function row(name: string, state: VerdictState, labels: Record<string, string> = {}): Row {
  const text = [name, ...Object.entries(labels).map(([key, value]) => `${key}=${value}`)].join(" ");
  const sinceMs = name.length;
  return { id: name, name, labels, state, sinceMs, lean: null, incidentId: null, text };
}

const ALL: View = { search: "", states: new Set(), sorting: "worst", group: "" };

const ROWS = [
  row("alpha", "up", { team: "shop" }),
  row("beta", "down", { team: "pay" }),
  row("gamma-long", "unknown"),
  row("omega", "up", { team: "pay", env: "prod" }),
];

function shown(view: Partial<View>): string[] {
  return linesOf(ROWS, { ...ALL, ...view }).map((line) =>
    line.kind === "row" ? line.row.name : `# ${line.title}`,
  );
}

test("the worst stands first, and names are in order within one state", () => {
  assert.deepEqual(shown({}), ["beta", "gamma-long", "alpha", "omega"]);
});

test("every word of a search must occur, in the name or in a label", () => {
  assert.deepEqual(shown({ search: "team=pay PROD" }), ["omega"]);
  assert.deepEqual(shown({ search: "nothing" }), []);
});

test("states narrow the list, and it can be sorted by name or by what changed last", () => {
  assert.deepEqual(shown({ states: new Set(["up"] as const) }), ["alpha", "omega"]);
  assert.deepEqual(shown({ sorting: "name" }), ["alpha", "beta", "gamma-long", "omega"]);
  assert.equal(shown({ sorting: "since" })[0], "gamma-long");
});

test("groups are headed by their label, those without it last", () => {
  const lines = ["# pay", "beta", "omega", "# shop", "alpha", "# ", "gamma-long"];
  assert.deepEqual(shown({ group: "team" }), lines);
  assert.deepEqual(labelKeys(ROWS), ["team", "env"]);
});
