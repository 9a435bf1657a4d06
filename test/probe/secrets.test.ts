import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { readSecretVariable } from "../../shared/config.ts";
import { LIMITS } from "../../shared/limits.ts";
import { openSecrets } from "../../probe/secrets.ts";
import { recordingLog } from "../helpers/recording-log.ts";

const folder = mkdtempSync(join(tmpdir(), "quorate-secrets-"));
after(() => rmSync(folder, { recursive: true }));

function fileOf(text: string, mode = 0o600): string {
  const file = join(folder, `secrets-${text.length}-${mode}.yaml`);
  writeFileSync(file, text, { mode });
  return file;
}

test("secrets come from a file, and from the environment where the file has none", async () => {
  const { log } = recordingLog();
  const variable = (name: string) =>
    readSecretVariable(name, { QUORATE_SECRET_DB_PASSWORD: "from the environment" });
  const file = fileOf('token: "abc"\npem: |\n  line one\n  line two\n');
  const secrets = await openSecrets({ file, log, variable });
  assert.equal(secrets("token"), "abc");
  assert.equal(secrets("pem"), "line one\nline two\n");
  assert.equal(secrets("db.password"), "from the environment");
  assert.equal(secrets("db-password"), "from the environment");
  assert.equal(secrets("absent"), undefined);
  assert.equal((await openSecrets({ log, variable }))("db_password"), "from the environment");
});

test("a file that others may read is told in the log", async () => {
  const { log, lines } = recordingLog();
  await openSecrets({ file: fileOf("a: b", 0o644), log });
  assert.match(lines[0]?.sentence ?? "", /chmod 600/);
});

const WRONG: [string, string, RegExp][] = [
  ["no YAML", "a: [hush", /neither YAML nor JSON\.$/],
  ["a list", "- hush", /is no object/],
  ["a number", "pin: 1234", /The secret "pin" of .* is none: .* a text \(in quotes\)\.$/],
  ["a wrong name", '"a b": hush', /The secret "a b"/],
  ["too much", `a: ${"hush".repeat(LIMITS.secretsFileBytesMax)}`, /expected at most/],
];
for (const [name, text, message] of WRONG) {
  test(`a file of secrets with ${name} is refused, and nothing of it is shown`, async () => {
    const { log } = recordingLog();
    await assert.rejects(
      openSecrets({ file: fileOf(text), log }),
      (error: Error) => message.test(error.message) && !/hush|1234/.test(error.message),
    );
  });
}

test("a file of secrets that is not there is refused", async () => {
  const { log } = recordingLog();
  const file = join(folder, "absent");
  await assert.rejects(openSecrets({ file, log }), /Cannot read the file of secrets .*ENOENT/);
});
