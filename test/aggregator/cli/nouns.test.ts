import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { cliAgainst, problem } from "./fake-api.ts";
import { pageOf, sampleProbeStatus, sampleTarget, sampleVerdict } from "./samples.ts";
import { simClock } from "../../helpers/sim-clock.ts";

/** Twelve minutes after the samples' time. */
const clock = simClock({ wallMs: Date.parse("2026-01-01T12:16:31.000Z") });

test("targets create sends what the flags say, and nothing else", async () => {
  const args = [
    "targets",
    "create",
    "checkout",
    "--kind",
    "http",
    "--url",
    "http://10.0.0.7:8080/",
  ];
  args.push("--interval", "30s", "--timeout", "500ms", "--label", "team=pay", "--label", "tier=1");
  args.push("--option", "status=[200]", "--option", "method=HEAD", "--zones", "a,b");
  args.push("--min-domains", "3", "--rule", "majority", "--degraded-latency", "300ms");
  args.push("--no-enabled");
  const answers = {
    "POST /targets": { status: 201, json: sampleTarget({ warnings: ["Only 2."] }) },
  };
  const { code, out, err, asked } = await cliAgainst(answers, args);
  assert.equal(code, 0);
  assert.equal(out, "checkout is created (tgt_1, revision 1).\n");
  assert.equal(err, "warning: Only 2.\n");
  assert.deepEqual(asked[0]?.body, {
    name: "checkout",
    kind: "http",
    options: { url: "http://10.0.0.7:8080/", status: [200], method: "HEAD" },
    intervalMs: 30_000,
    timeoutMs: 500,
    labels: { team: "pay", tier: "1" },
    vantages: { zones: ["a", "b"] },
    degradedLatencyMs: 300,
    policy: { rule: "majority", minDomains: 3 },
    enabled: false,
  });
  assert.equal(asked[0]?.token, "Bearer qrt_read_x");
});

test("targets create takes an address in short form, alone or behind a name", async () => {
  const answers = { "POST /targets": { status: 201, json: sampleTarget({}) } };
  const address = "postgres://ann:hush@10.0.0.7/shop?role=primary";
  const options = { host: "10.0.0.7", user: "ann", password: "hush", database: "shop" };
  for (const words of [["db", address], [address]]) {
    const args = ["targets", "create", ...words, "--option", "query=SELECT 2"];
    const { code, asked } = await cliAgainst(answers, args);
    assert.equal(code, 0);
    assert.deepEqual(asked[0]?.body, {
      name: words.length === 2 ? "db" : "postgres-10.0.0.7",
      kind: "postgres",
      options: { ...options, role: "primary", query: "SELECT 2" },
    });
  }
  const wrong = await cliAgainst({}, ["targets", "create", "db", "postgres://ann:hush@"]);
  assert.equal(wrong.code, 2);
  assert.match(wrong.err, /expected HOST or HOST:PORT\. It is one of https:/);
  assert.doesNotMatch(wrong.err, /hush/);
  const push = await cliAgainst({}, ["targets", "create", "push:correct-horse-battery"]);
  assert.match(push.err, /Expected a name before the address of a push/);
});

test("targets put takes a file or standard input, and flags win over it", async () => {
  const spec = { kind: "tcp", options: { host: "db", port: 5432 }, labels: { a: "1" }, rise: 3 };
  const answers = { "PUT /targets/db": { json: sampleTarget({ name: "db" }) } };
  const args = ["targets", "put", "db", "--file", "-", "--label", "b=2", "--option", "port=5433"];
  const readStdin = (): Promise<string> => Promise.resolve(JSON.stringify(spec));
  const { code, asked } = await cliAgainst(answers, args, { readStdin });
  assert.equal(code, 0);
  assert.deepEqual(asked[0]?.body, {
    name: "db",
    kind: "tcp",
    options: { host: "db", port: 5433 },
    labels: { a: "1", b: "2" },
    rise: 3,
  });
});

test("a file that is no JSON object is a usage error", async () => {
  for (const text of ["{", "[1]", "null", '"x"']) {
    const readStdin = (): Promise<string> => Promise.resolve(text);
    const args = ["targets", "put", "db", "--file", "-"];
    const { code, err } = await cliAgainst({}, args, { readStdin });
    assert.equal(code, 2, text);
    assert.match(err, /Expected (JSON in|a JSON object in) standard input/);
  }
});

test("targets patch sends only what is given", async () => {
  const answers = { "PATCH /targets/checkout": { json: sampleTarget() } };
  const args = ["targets", "patch", "checkout", "--rise", "4", "--if-revision", "7"];
  const { asked } = await cliAgainst(answers, args);
  assert.deepEqual(asked[0]?.body, { rise: 4 });
});

test("the table of verdicts is as people read it", async () => {
  const answers = {
    "GET /verdicts": {
      json: pageOf(
        sampleVerdict(),
        sampleVerdict({ target: "db", state: "sub_healthy", incidentId: "inc_7", labels: {} }),
        sampleVerdict({ target: "mail", state: "unknown", lean: "down", labels: {} }),
      ),
    },
  };
  const { out, asked } = await cliAgainst(answers, ["verdicts", "list", "--state", "up"], {
    clock,
  });
  assert.equal(
    out,
    [
      "TARGET    VERDICT              FOR  SINCE (UTC)          INCIDENT  LABELS",
      "checkout  up                   12m  2026-01-01 12:04:31  -         team=pay",
      "db        sub_healthy          12m  2026-01-01 12:04:31  inc_7",
      "mail      unknown, leans down  12m  2026-01-01 12:04:31  -",
      "",
    ].join("\n"),
  );
  assert.equal(asked[0]?.path, "/verdicts?limit=200&state=up");
});

test("a list follows its pages up to the limit, and says when there is more", async () => {
  const answers = { "GET /verdicts": { json: { items: [sampleVerdict()], next: "c2" } } };
  const { out, err, asked } = await cliAgainst(answers, ["verdicts", "list", "--limit", "2"]);
  assert.equal(out.split("\n").length, 4);
  assert.equal(err, "There are more rows: give a larger --limit.\n");
  assert.deepEqual(
    asked.map(({ path }) => path),
    ["/verdicts?limit=2", "/verdicts?limit=1&cursor=c2"],
  );
});

test("--json prints the answer of the API", async () => {
  const page = pageOf(sampleVerdict());
  const answers = { "GET /verdicts": { json: page }, "GET /targets/a": { json: sampleTarget() } };
  const listed = await cliAgainst(answers, ["verdicts", "list", "--json"]);
  assert.deepEqual(JSON.parse(listed.out), page);
  const shown = await cliAgainst(answers, ["targets", "get", "a", "--json"]);
  assert.deepEqual(JSON.parse(shown.out), sampleTarget());
});

test("probes create shows the token once and how to start the probe", async () => {
  const probe = {
    id: "prb_1",
    name: "rack-a",
    region: "east",
    zone: "a",
    labels: {},
    draining: false,
    revision: 1,
    createdAt: "2026-01-01T00:00:00.000Z",
    updatedAt: "2026-01-01T00:00:00.000Z",
    status: sampleProbeStatus("joining"),
  };
  const json = { probe, token: "qrt_probe_secret", join: "quorate probe --aggregator a:1" };
  const args = ["probes", "create", "rack-a", "--region", "east", "--zone", "a"];
  const { out, asked } = await cliAgainst({ "POST /probes": { status: 201, json } }, args);
  assert.equal(
    out,
    "rack-a in east, zone a (prb_1)\n" +
      "token  qrt_probe_secret\nstart  quorate probe --aggregator a:1\n",
  );
  assert.deepEqual(asked[0]?.body, { name: "rack-a", region: "east", zone: "a", labels: {} });
});

test("a channel's test that was not delivered is an error", async () => {
  const json = { ok: false, status: 503, detail: "The receiver failed." };
  const answers = { "POST /channels/ops/test": { json } };
  const { code, err } = await cliAgainst(answers, ["channels", "test", "ops"]);
  assert.equal(code, 1);
  assert.equal(err, "error: ops did not deliver (status 503): The receiver failed.\n");
});

test("channels create makes a secret that is shown once", async () => {
  const at = "2026-01-01T00:00:00.000Z";
  const json = {
    id: "chn_1",
    name: "ops",
    kind: "webhook",
    options: {},
    enabled: true,
    revision: 1,
    destination: "http://h/",
    createdAt: at,
    updatedAt: at,
  };
  const args = ["channels", "create", "ops", "--url", "http://h/", "--new-secret"];
  const { out, asked } = await cliAgainst({ "POST /channels": { status: 201, json } }, args);
  const secret = /^secret (whsec_\S+)$/m.exec(out)?.[1] ?? "";
  assert.equal(Buffer.from(secret.replace("whsec_", ""), "base64").length, 32);
  assert.deepEqual(asked[0]?.body, {
    name: "ops",
    kind: "webhook",
    options: { url: "http://h/", secret },
  });
});

test("a token file wins over the environment, and an unreadable one is an error", async () => {
  const folder = mkdtempSync(join(tmpdir(), "quorate-cli-"));
  try {
    writeFileSync(join(folder, "admin.token"), "qrt_admin_y\n");
    const answers = { "GET /targets": { json: pageOf() } };
    for (const flag of [
      ["--token-file", join(folder, "admin.token")],
      ["--data", folder],
    ]) {
      const { err, asked } = await cliAgainst(answers, ["targets", "list", ...flag]);
      assert.equal(asked[0]?.token, "Bearer qrt_admin_y");
      assert.match(err, /^There are no targets yet/);
    }
    const missing = ["targets", "list", "--token-file", join(folder, "none")];
    const { code, err } = await cliAgainst(answers, missing);
    assert.equal(code, 1);
    assert.match(err, /^error: Cannot read the file .*none/);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("what the API says in an error cannot steer the terminal", async () => {
  const answers = { "DELETE /targets/x": problem("conflict", "No\u001b[2J way.") };
  const { err } = await cliAgainst(answers, ["targets", "delete", "x"]);
  assert.equal(err, "error: No [2J way.\n");
});
