import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { startCli, startFakeApi } from "./fake-api.ts";
import type { CliRun } from "./fake-api.ts";
import { pageOf, sampleTarget } from "./samples.ts";

const folder = mkdtempSync(join(tmpdir(), "quorate-contexts-"));
after(() => rmSync(folder, { recursive: true }));

const nobody = { url: "http://127.0.0.1:1", urlGiven: false, token: null, probeToken: null };
const settings = { ...nobody, noColor: true, configFolder: join(folder, "quorate") };
const path = join(folder, "quorate", "config.yaml");

const run = (words: string, stdin = "", more: object = {}): Promise<CliRun> =>
  startCli(words.split(" "), {
    settings: { ...settings, ...more },
    readStdin: () => Promise.resolve(stdin),
  }).done;

const targets = { "GET /targets": { json: pageOf(sampleTarget()) } };

test("a context is kept for its owner only, and listed without its token", async () => {
  const first = await run("context set home --url http://10.0.0.1:7700 --token-stdin", "qrt_a\n");
  assert.equal(first.out, "home is kept, and used.\n");
  assert.equal(statSync(path).mode & 0o777, 0o600);
  assert.match(readFileSync(path, "utf8"), /token: qrt_a/);
  await run("context set prod --url https://q.example --token-variable PROD_TOKEN");
  const { out } = await run("context list");
  assert.match(out, /\*\s+home\s+http:\/\/10\.0\.0\.1:7700\/\s+kept in the file\n/);
  assert.match(out, /prod\s+https:\/\/q\.example\/\s+\$PROD_TOKEN\n/);
  assert.doesNotMatch(out, /qrt_a/);
  assert.equal((await run("context use prod")).code, 0);
  assert.equal((await run("context current")).out, "prod\n");
  assert.equal((await run("context list -o name")).out, "home\nprod\n");
  assert.equal((await run("context delete prod")).code, 0);
  assert.equal((await run("context current")).err, "No context is in use.\n");
  const missing = await run("context use prod");
  assert.equal(missing.code, 3);
  assert.match(missing.err, /There is no context prod; known are: home\./);
});

test("flags go before variables, and variables before the context in use", async () => {
  const [one, two] = [await startFakeApi(targets), await startFakeApi(targets)];
  try {
    await run(`context set one --url ${one.url} --token-stdin --use`, "qrt_one");
    await run(`context set two --url ${two.url} --token-stdin`, "qrt_two");
    const ask = async (flags: readonly string[], more: object = {}): Promise<string> => {
      const { done } = startCli(["targets", "list", ...flags], {
        settings: { ...settings, ...more },
      });
      const { code, err } = await done;
      assert.equal(code, 0, err);
      const asked = [...one.asked.splice(0), ...two.asked.splice(0)];
      return asked.map(({ token }) => token ?? "nobody").join();
    };
    assert.equal(await ask([]), "Bearer qrt_one");
    assert.equal(await ask([], { context: "two" }), "Bearer qrt_two");
    assert.equal(await ask(["--context", "one"], { context: "two" }), "Bearer qrt_one");
    const env = { url: two.url, urlGiven: true, token: "qrt_env" };
    assert.equal(await ask([], env), "Bearer qrt_env");
    assert.equal(await ask(["--context", "one"], env), "Bearer qrt_one");
    // The token of a context is not sent to an address that is not its own.
    assert.equal(await ask(["--context", "one", "--api", two.url]), "nobody");
  } finally {
    await Promise.all([one.close(), two.close()]);
  }
});

test("a context whose address changes does not take its token along", async () => {
  await run("context set moved --url http://10.0.0.1:7700 --token-stdin", "qrt_secret");
  await run("context set moved --url http://10.0.0.2:7700");
  const { out } = await run("context list");
  assert.match(out, /moved\s+http:\/\/10\.0\.0\.2:7700\/\s+-\n/);
});

test("a broken file is told, and is no trouble to who names an address", async () => {
  writeFileSync(path, "contexts: [1");
  const broken = await run("targets list");
  assert.equal(broken.code, 1);
  assert.match(broken.err, /contexts in .*config\.yaml cannot be read: .*Correct it/);
  const named = await run("targets list --api http://127.0.0.1:1");
  assert.equal(named.code, 5);
});
