/** The dashboard and the alert rules ask only for what /metrics tells. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import { withHttpRoom } from "../../helpers/http-room.ts";

const DASHBOARD = "deploy/grafana/quorate.json";
const RULES = "deploy/prometheus/quorate.rules.yml";

test("the dashboard and the alert rules name no metric that is not told", () =>
  withHttpRoom(async (room) => {
    const page = String((await room.expect(200, "GET /metrics", { token: null })).body);
    const told = new Map(
      [...page.matchAll(/^# TYPE (\w+) (\w+)$/gm)].map(([, name, type]) => [name, type]),
    );
    for (const file of [DASHBOARD, RULES]) {
      const named = new Set(readFileSync(file, "utf8").match(/\bquorate_\w+/g));
      assert.ok(named.size > 5, file);
      for (const name of named) {
        const base = name.replace(/_(bucket|sum|count)$/, "");
        const isTold = told.has(name) || told.get(base) === "histogram";
        assert.ok(isTold, `${file} names ${name}, which /metrics does not tell`);
      }
    }
  }));

test("each panel of the dashboard has an id and a place of its own", () => {
  const text = readFileSync(DASHBOARD, "utf8");
  const ids = [...text.matchAll(/"id": (\d+)/g)].map(([, id]) => id);
  assert.equal(new Set(ids).size, ids.length);
  const places = [...text.matchAll(/"gridPos": (\{[^}]*\})/g)].map(([, place]) => place);
  assert.equal(new Set(places).size, ids.length);
});

test("no eligible probe is a zero, so that its alert can fire", () =>
  withHttpRoom(async (room) => {
    const page = String((await room.expect(200, "GET /metrics", { token: null })).body);
    assert.match(page, /^quorate_probes\{state="eligible"\} 0$/m);
  }));
