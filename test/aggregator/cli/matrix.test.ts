import assert from "node:assert/strict";
import { test } from "node:test";
import { matrixLines } from "../../../aggregator/cli/matrix.ts";
import { meshSchema } from "../../../shared/api/mesh.ts";
import { capture } from "./capture.ts";
import { cliAgainst } from "./fake-api.ts";

const at = "2026-01-01T12:04:31.000Z";
const rest = { url: null, region: null, counts: true, excluded: false, reason: "" };
const canary = (id: string, fields: object = {}) => {
  const kind = id.startsWith("probe:") ? "probe" : "named";
  return { id, kind, asked: 2, reached: 1, ...rest, ...fields };
};
const answer = (of: string, state: string, fields: object = {}) => {
  const times = { at, since: at, ageMs: 1_200, latencyUs: 900 };
  return { canary: of, state, ...times, reason: "", detail: "", ...fields };
};
const probe = (name: string, connected: boolean, answers: object[]) => {
  return { id: `prb_${name}`, name, region: "east", zone: name, connected, answers };
};

/** Two probes: one is away, the other cannot reach a name server that half of the mesh cannot. */
const MESH = {
  at,
  canaries: [
    canary("dns", { counts: false, excluded: true, reason: "Half of the mesh failed." }),
    canary("edge"),
    canary("probe:prb_b"),
  ],
  items: [
    probe("a", true, [
      answer("dns", "fail", { reason: "connection_refused", detail: "Refused.\u001b[31m" }),
      answer("edge", "ok"),
      answer("probe:prb_b", "unknown", { ageMs: 95_000 }),
    ]),
    probe("b", false, [answer("edge", "unknown", { at: null, since: null, ageMs: null })]),
  ],
  next: null,
};

test("the matrix is a table of probes by canaries, with its failures and exclusions told", () => {
  assert.deepEqual(matrixLines(meshSchema.parse(MESH), capture().printer), [
    "PROBE     dns     edge    b",
    "a         ✖ 1.2s  ● 1.2s  ○ 1m 35s",
    "b (away)          ○",
    "",
    "● reaches it  ✖ does not  ○ not known  blank: not asked",
    "",
    "a → dns: Refused. [31m",
    "",
    "dns is excluded: Half of the mesh failed.",
  ]);
});

test("the matrix is gathered page by page, and JSON is what the API said", async () => {
  const json = { ...MESH, items: MESH.items.slice(0, 1) };
  const { code, out, asked } = await cliAgainst({ "GET /mesh": { json } }, [
    "probes",
    "matrix",
    "--json",
  ]);
  assert.equal(code, 0);
  assert.deepEqual(JSON.parse(out), json);
  assert.equal(asked.length, 1);
});

test("a mesh without probes says so", async () => {
  const json = { ...MESH, canaries: [], items: [] };
  const { err } = await cliAgainst({ "GET /mesh": { json } }, ["probes", "matrix"]);
  assert.match(err, /There are no probes yet/);
});
