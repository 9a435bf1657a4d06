import assert from "node:assert/strict";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { checkClock } from "../../../aggregator/cli/doctor/aggregator.ts";
import { checkFiles, checkName, checkNode } from "../../../aggregator/cli/doctor/here.ts";
import { checkCanaries, checkMesh, checkProbes } from "../../../aggregator/cli/doctor/mesh.ts";
import { checkPort } from "../../../aggregator/cli/doctor/ports.ts";
import { listenHttp } from "../../../aggregator/cli/listen.ts";
import { meshSchema } from "../../../shared/api/mesh.ts";
import { probeSchema } from "../../../shared/api/probe.ts";
import { isoTime, systemClock } from "../../../shared/clock.ts";
import { VERSION } from "../../../shared/version.ts";
import { cliAgainst } from "./fake-api.ts";
import { pageOf, sampleProbe } from "./samples.ts";
import { summaryOf } from "./top/scene.ts";

const folder = mkdtempSync(join(tmpdir(), "quorate-doctor-"));
after(() => rmSync(folder, { recursive: true }));

const levels = (findings: readonly { level: string }[]): string =>
  findings.map(({ level }) => level).join(" ");

test("files that others can read are failures with the command that closes them", () => {
  chmodSync(folder, 0o700);
  mkdirSync(join(folder, "probe-tokens"));
  for (const name of ["admin.token", "probe-tokens/a.token"]) {
    writeFileSync(join(folder, name), "x", { mode: 0o600 });
  }
  assert.equal(levels(checkFiles(folder)), "ok");
  chmodSync(join(folder, "probe-tokens/a.token"), 0o640);
  const [open] = checkFiles(folder);
  assert.match(open?.advice ?? "", /^chmod 600 .*a\.token, and rotate/);
  chmodSync(join(folder, "probe-tokens/a.token"), 0o600);
  chmodSync(folder, 0o755);
  assert.equal(levels(checkFiles(folder)), "warn");
  chmodSync(folder, 0o777);
  assert.equal(levels(checkFiles(folder)), "fail");
  assert.deepEqual(checkFiles(join(folder, "absent")), []);
});

test("a clock that is wrong by a second is a warning, by half a minute a failure", () => {
  assert.equal(levels([0, 999, -5_000, 60_000].map(checkClock)), "ok ok warn fail");
  assert.match(checkClock(-5_000).text, /5s behind/);
});

test("Node is known from the versions that Quorate is tested with", () => {
  const versions = ["v20.19.0", "v20.11.1", "v22.14.0", "v23.1.0", "v24.0.0", "v26.1.0"];
  assert.equal(levels(versions.map(checkNode)), "ok warn ok warn ok ok");
});

test("a port that nobody listens on is told with whether it is free", async () => {
  const server = createServer();
  const address = await listenHttp(server, { host: "127.0.0.1", port: 0 });
  const question = { side: "aggregator", what: "API", address, advice: "Start it." } as const;
  assert.equal((await checkPort(question, systemClock())).level, "ok");
  await new Promise<void>((resolve) => void server.close(() => resolve()));
  const closed = await checkPort(question, systemClock());
  assert.equal(closed.level, "fail");
  assert.match(closed.text, /cannot be reached: .*ECONNREFUSED.*\. The port is free\.$/);
});

test("a name that cannot be looked up is a failure, and an address needs no lookup", async () => {
  assert.equal((await checkName("127.0.0.1", systemClock())).level, "ok");
  assert.equal((await checkName("localhost", systemClock())).level, "ok");
  assert.equal((await checkName("no-such-host.invalid", systemClock())).level, "fail");
});

test("a mesh that cannot judge fails, one with two domains is warned of", () => {
  const { mesh, probes } = summaryOf();
  const of = (fields: object): string =>
    levels(checkMesh(summaryOf({ mesh: { ...mesh, ...fields } })));
  assert.equal(of({ domains: 3 }), "ok");
  assert.equal(of({ domains: 2 }), "warn");
  assert.equal(of({ blind: true }), "fail");
  assert.equal(levels(checkMesh(summaryOf({ probes: { ...probes, total: 0 } }))), "fail");
});

test("each probe that is not well is told with why, and the others together", () => {
  const well = probeSchema.parse(sampleProbe("rack-a", { version: VERSION }));
  const late = probeSchema.parse(
    sampleProbe("rack-b", { state: "offline", reason: "no heartbeat", droppedBatches: 3 }),
  );
  const old = probeSchema.parse(sampleProbe("rack-c", { version: "0.0.1", mustFailHeld: false }));
  const findings = checkProbes([well, late, old], VERSION);
  assert.deepEqual(
    findings.map(({ level, text }) => `${level} ${text}`),
    [
      "ok 1 of 3 probes are well.",
      "warn rack-b is offline: no heartbeat.",
      "warn rack-b dropped 3 batches of results.",
      "fail rack-c reached what nothing may answer.",
      `warn rack-c is 0.0.1, the aggregator ${VERSION}.`,
    ],
  );
});

test("canaries that do not count are told, and none that counts is a failure", () => {
  const canary = { id: "dns", kind: "named", url: null, region: null, asked: 3, reached: 1 };
  const mesh = meshSchema.parse({
    at: isoTime(0),
    canaries: [{ ...canary, counts: false, excluded: true, reason: "2 of 3 fail." }],
    items: [],
    next: null,
  });
  const findings = checkCanaries(mesh.canaries);
  assert.equal(levels(findings), "warn fail");
  assert.equal(findings[0]?.text, "dns is left out: 2 of 3 fail.");
});

test("an aggregator that is away is a failure with advice, and exit code 1", async () => {
  const { code, out } = await cliAgainst({}, ["doctor", "--data", join(folder, "absent")]);
  assert.equal(code, 1);
  assert.match(out, /✖ fail {2}token {5}Cannot read the file .*admin\.token/);
  assert.match(out, /✖ fail {2}api /);
  assert.match(out, /→ Start it with `quorate aggregator`/);
});

test("a mesh that is well gives exit code 0, and findings as JSON", async () => {
  const session = { who: "ada", scope: "admin", labels: {}, via: "token", expiresAt: null };
  const now = systemClock().wallMs();
  const answers = {
    "GET /healthz": { json: { status: "ok" } },
    "GET /readyz": { json: { status: "ok" } },
    "GET /session": { json: { ...session, csrf: "none" } },
    "GET /summary": { json: summaryOf({ at: isoTime(now), version: VERSION }) },
    "GET /probes": { json: pageOf(sampleProbe("rack-a", { version: VERSION })) },
    "GET /mesh": { json: { at: isoTime(now), canaries: [], items: [], next: null } },
  };
  const data = join(folder, "whole");
  mkdirSync(data, { mode: 0o700 });
  writeFileSync(join(data, "admin.token"), "qrt_admin_x", { mode: 0o600 });
  const args = ["doctor", "--data", data, "--json"];
  const { code, out, err } = await cliAgainst(answers, args);
  assert.equal(code, 0, out + err);
  assert.match(out, /"side": "aggregator",\n {6}"check": "token",\n {6}"level": "ok"/);
});
