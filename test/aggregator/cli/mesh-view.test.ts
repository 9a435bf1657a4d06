import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { meshHeader } from "../../../aggregator/cli/mesh-header.ts";
import { drawMesh } from "../../../aggregator/cli/mesh-view.ts";
import type { MeshScene } from "../../../aggregator/cli/mesh-view.ts";
import type { Vote } from "../../../shared/verdict.ts";
import { VERSION } from "../../../shared/version.ts";
import { capture } from "./capture.ts";

const GOLDEN = new URL("../../golden/cli/", import.meta.url);
const golden = (name: string): string => readFileSync(new URL(name, GOLDEN), "utf8");

const votes = (a: Vote, b: Vote, c: Vote): ReadonlyMap<string, Vote> =>
  new Map([
    ["rack-a", a],
    ["rack-b", b],
    ["rack-c", c],
  ]);

const same = (text: string): string => text;

const SCENE: MeshScene = {
  targets: [
    {
      name: "duke",
      kind: "http",
      state: "down" as const,
      forMs: 12_000,
      sentence: "Down: 2 of 2 vantages that were heard fail (unexpected HTTP status).",
      votes: votes("sub", "suspect", "none"),
    },
    {
      name: "steady",
      kind: "http",
      state: "up" as const,
      forMs: 252_000,
      sentence: "Up: 2 of 2 vantages that were heard reach it.",
      votes: votes("ok", "ok", "none"),
    },
  ],
  probes: [
    { name: "rack-a", region: "east", zone: "rack-a", state: "eligible", pid: 101 },
    { name: "rack-b", region: "east", zone: "rack-b", state: "eligible", pid: 102 },
    { name: "rack-c", region: "west", zone: "rack-c", state: "offline", pid: null },
  ],
  happenings: [
    { text: "12:04:31  target.suspect  duke is\u001b[2J suspected.", paint: same },
    { text: "12:04:33  target.down  duke is down.", paint: same },
  ],
  trouble: "",
};

test("the view of a mesh shows a mark a vantage, the probes and what happened", () => {
  const lines = drawMesh(SCENE, capture().printer);
  assert.equal(`${lines.join("\n")}\n`, golden("mesh-view.txt"));
});

test("no line of the view is wider than the terminal, and trouble is told", () => {
  const { printer } = capture({ isTerminal: true, width: () => 80 });
  const lines = drawMesh({ ...SCENE, trouble: "Cannot reach it. ".repeat(9) }, printer);
  assert.deepEqual(
    lines.filter((line) => [...line].length > 80),
    [],
  );
  assert.match(lines.at(-1) ?? "", /^Cannot reach it\..*…$/);
});

test("on a low terminal the oldest happenings make room", () => {
  const printerOf = (lines: number) => capture({ isTerminal: true, height: () => lines }).printer;
  const lines = drawMesh(SCENE, printerOf(15));
  assert.equal(lines.length, 14);
  assert.equal(lines.at(-1), "12:04:33  target.down  duke is down.");
  const happenings = Array.from({ length: 9 }, (_, at) => ({
    text: `happening ${at}`,
    paint: same,
  }));
  const crowded = drawMesh({ ...SCENE, happenings, trouble: "Trouble." }, printerOf(17));
  assert.equal(crowded.length, 16);
  assert.deepEqual(crowded.slice(-3), ["happening 8", "", "Trouble."]);
});

test("the header tells where everything is and what to try", () => {
  const part = (name: string, pid: number, place: string) => ({ name, pid, place });
  const options = {
    url: "http://127.0.0.1:40001",
    grpcAddress: "127.0.0.1:40002",
    data: "/srv/mesh",
    parts: [
      part("aggregator", 100, "http://127.0.0.1:40001"),
      part("rack-b", 102, "probe in region east, zone rack-b"),
      part("steady", 104, "http://127.0.0.1:40003/"),
    ],
    command: "npx quorate",
    signInUrl: null,
  };
  const lines = meshHeader(options, capture().printer);
  const text = `${lines.join("\n")}\n`.replace(VERSION, "VERSION");
  assert.equal(text, golden("mesh-header.txt"));
});

test("the header says nothing about the environment when the defaults hold", () => {
  const options = { url: "http://127.0.0.1:7700", grpcAddress: "", parts: [], command: "quorate" };
  const told = { ...options, data: "./.quorate", signInUrl: null };
  assert.doesNotMatch(meshHeader(told, capture().printer).join("\n"), /export/);
});

test("the header shows the address that signs a browser in", () => {
  const options = { url: "http://127.0.0.1:7700", grpcAddress: "", parts: [], command: "quorate" };
  const signInUrl = "http://127.0.0.1:7700/#token=qrt_admin_0123456789";
  const told = { ...options, data: "./.quorate", signInUrl };
  const text = meshHeader(told, capture().printer).join("\n");
  assert.match(text, /^web +http:\S+#token=qrt_admin_0123456789$/m);
});
