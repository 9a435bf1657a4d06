import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { withConfigRoom } from "../../../helpers/config-room.ts";
import {
  databaseFrom,
  IMPORT_SAMPLES,
  IMPORTS,
  mistakesOf,
  reportText,
  runImport,
  withFolder,
} from "../../../helpers/import-room.ts";

const filesOf = (tool: string): string[] =>
  (IMPORTS[tool] ?? []).map((file) => join(IMPORT_SAMPLES, file));

/** Every secret that stands in a sample. */
const SECRETS =
  `hunter2 s3cr3t oauth-secret potato-potato XXXXXXXX ssh-secret kuma-secret basic-secret
  proxy-secret db-secret redis-secret grpc-secret user:pass kuma-push-token key-of-the-api
  bearer-secret`.split(/\s+/);

for (const tool of Object.keys(IMPORTS)) {
  test(`the sample of ${tool} comes over, and what it lacks is told`, async () => {
    const { made } = await runImport(tool, filesOf(tool));
    assert.equal(made.text, readFileSync(join(IMPORT_SAMPLES, tool, "expected.yaml"), "utf8"));
    assert.equal(reportText(made), readFileSync(join(IMPORT_SAMPLES, tool, "report.txt"), "utf8"));
  });

  test(`what is made of the sample of ${tool} passes the check of configurations`, async () => {
    for (const withSecrets of [false, true]) {
      const { made, variables } = await runImport(tool, filesOf(tool), withSecrets);
      assert.deepEqual(mistakesOf(made.text, variables), []);
    }
  });

  test(`no secret of the sample of ${tool} stands in the file or the report`, async () => {
    const { made } = await runImport(tool, filesOf(tool));
    const all = made.text + reportText(made);
    assert.deepEqual(
      SECRETS.filter((secret) => all.includes(secret)),
      [],
    );
  });

  test(`an aggregator takes what is made of the sample of ${tool}`, async () => {
    const { made, variables } = await runImport(tool, filesOf(tool));
    const known = [...variables].flatMap(([name, value]): [string, string][] => {
      return value === null ? [] : [[name, value]];
    });
    await withConfigRoom(async (room) => {
      const steps = await room.steps(made.text, { variables: Object.fromEntries(known) });
      assert.deepEqual(
        steps.filter((step) => !step.startsWith("create ")),
        [],
      );
      assert.equal(steps.filter((step) => step.startsWith("create target")).length, made.targets);
    });
  });
}

test("with --with-secrets the secrets are copied, and no variable of ours is named", async () => {
  const { made } = await runImport("uptime-kuma", filesOf("uptime-kuma"), true);
  assert.match(made.text, /password: db-secret/);
  assert.deepEqual(made.variables, []);
});

test("a database of Uptime Kuma comes over as a backup does", async () => {
  await withFolder(async (folder) => {
    const path = join(folder, "kuma.db");
    databaseFrom(join(IMPORT_SAMPLES, "uptime-kuma", "kuma.sql"), path);
    const { made, variables } = await runImport("uptime-kuma", [path]);
    assert.deepEqual(mistakesOf(made.text, variables), []);
    assert.equal(made.targets, 3);
    assert.match(
      made.text,
      /name: Front\n(?:.*\n)+? {6}group: Public\n {6}team: shop\n {6}notify.Pager/,
    );
    assert.match(
      made.text,
      /url: https:\/\/shop.example.com\/\?token=\$\{env:QUORATE_FRONT_TOKEN\}/,
    );
    assert.match(made.text, /kind: smtp\n(?:.*\n)+? {6}security: starttls/);
    assert.doesNotMatch(made.text + reportText(made), /-secret/);
    const report = reportText(made);
    assert.match(report, /monitor Behind a proxy \| proxy_id \| a proxy that speaks socks5/);
    assert.match(report, /monitor Silent \| \(all\) \| .*mustFail/);
    assert.match(report, /table heartbeat \| \(2 rows\)/);
    assert.match(report, /telegramSendSilently/);
  });
});
