import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { cliAgainst, problem } from "./fake-api.ts";
import { pageOf, sampleProbeStatus } from "./samples.ts";

const at = "2026-01-01T12:00:00.000Z";
const PROBE = { id: "prb_1", name: "rack-a", region: "north", zone: "a", labels: {} };
const STATUS = sampleProbeStatus("offline");
const STORED = { draining: false, revision: 1, createdAt: at, updatedAt: at, status: STATUS };
const HOOK = {
  id: "chn_1",
  name: "hook",
  kind: "webhook",
  options: { url: "https://hooks.example/a", unsigned: true },
  enabled: true,
  destination: "https://hooks.example",
  revision: 4,
  createdAt: at,
  updatedAt: at,
};
const EMPTY = {
  "GET /channels": { json: pageOf() },
  "GET /probes": { json: pageOf() },
  "GET /targets": { json: pageOf() },
  "GET /routes": problem("not_found", "There are no routes."),
  "GET /maintenance": { json: pageOf() },
  "GET /silences": { json: pageOf() },
  "GET /status-pages": { json: pageOf() },
};
const TEXT = `owner: shop
probes: [{ name: rack-a, region: north, zone: a }]
channels: [{ name: hook, kind: webhook, options: { url: "https://x.example", unsigned: true } }]
`;

/** Runs a test with a folder that holds quorate.yaml. */
async function withFile(text: string, use: (file: string, folder: string) => Promise<void>) {
  const folder = mkdtempSync(join(tmpdir(), "quorate-config-"));
  try {
    const file = join(folder, "quorate.yaml");
    writeFileSync(file, text);
    await use(file, folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

test("diff shows every step with its reason, and sends nothing", async () => {
  await withFile(TEXT, async (file) => {
    const old = { ...HOOK, name: "old", owner: "shop" };
    const answers = {
      ...EMPTY,
      "GET /channels": { json: pageOf({ ...HOOK, owner: "shop" }, old) },
    };
    const { code, out, asked } = await cliAgainst(answers, ["diff", file]);
    assert.equal(
      out,
      [
        "ACTION  WHAT     NAME    WHY",
        "update  channel  hook    options",
        "create  probe    rack-a",
        "delete  channel  old     no longer in the file",
        "1 would be created, 1 updated, 1 deleted, 0 stay as they are.",
        "",
      ].join("\n"),
    );
    assert.equal(code, 0);
    assert.ok(asked.every(({ method }) => method === "GET"));
  });
});

test("apply does nothing at all while there is a conflict", async () => {
  await withFile(TEXT, async (file) => {
    const answers = { ...EMPTY, "GET /channels": { json: pageOf(HOOK) } };
    const { code, out, err, asked } = await cliAgainst(answers, ["apply", file]);
    assert.equal(code, 1);
    assert.match(out, /conflict +channel +hook +it was made by hand; --adopt makes it the file's/);
    assert.match(err, /Nothing was changed, because of the conflicts above/);
    assert.ok(asked.every(({ method }) => method === "GET"));
  });
});

test("apply makes no probe whose token nobody would keep", async () => {
  await withFile(TEXT, async (file, folder) => {
    const without = await cliAgainst(EMPTY, ["apply", file]);
    assert.equal(without.code, 2);
    assert.match(without.err, /The probe rack-a would be made.*give --tokens DIR/);
    assert.ok(without.asked.every(({ method }) => method === "GET"));
    const made = { probe: { ...PROBE, ...STORED }, token: "qrt_probe_secret", join: "" };
    const answers = {
      ...EMPTY,
      "POST /probes": { status: 201, json: made },
      "POST /channels": problem("invalid", "No.", [{ path: "options.url", message: "not this" }]),
    };
    const { code, out } = await cliAgainst(answers, ["apply", file, "--tokens", folder]);
    assert.equal(code, 1);
    assert.match(out, /failed +channel +hook +options\.url: not this/);
    assert.match(out, /1 were created, 0 updated, 0 deleted, 0 stay as they are; 1 cannot be\./);
    const token = join(folder, "rack-a.token");
    assert.equal(readFileSync(token, "utf8"), "qrt_probe_secret\n");
    assert.equal(statSync(token).mode & 0o777, 0o600);
  });
});

test("apply of a file with a mistake asks nothing", async () => {
  await withFile("owner: shop\ntarget: []\n", async (file) => {
    const { code, err, asked } = await cliAgainst(EMPTY, ["apply", file, "--dry-run"]);
    assert.equal(code, 1);
    assert.match(err, /quorate\.yaml:2:1: there is no section target/);
    assert.match(err, /has 1 mistake; nothing was changed/);
    assert.deepEqual(asked, []);
  });
});

test("export prints a file with the secrets as variables", async () => {
  const hook = { ...HOOK, options: { url: "https://hooks.example/a", secret: "***" } };
  const answers = { ...EMPTY, "GET /channels": { json: pageOf(hook) } };
  const { out } = await cliAgainst(answers, ["export", "--owner", "shop"]);
  assert.equal(
    out,
    `# Made by \`quorate export\`; \`quorate apply\` makes it so again.
# Secrets are never shown again. Set these variables before it is applied:
#   QUORATE_CHANNEL_HOOK_SECRET
owner: shop
channels:
  - name: hook
    kind: webhook
    options:
      url: https://hooks.example/a
      secret: \${env:QUORATE_CHANNEL_HOOK_SECRET}
`,
  );
});
