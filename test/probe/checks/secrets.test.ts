import assert from "node:assert/strict";
import { test } from "node:test";
import { z } from "zod";
import { QuorateError } from "../../../shared/errors.ts";
import { CHECK_KINDS, mergeSecretOptions } from "../../../probe/checks/index.ts";
import { prepareCheck, redactOptions } from "../../../probe/checks/index.ts";
import { lookAt, said } from "../../helpers/look-at.ts";
import { answers, speaks, startTarget } from "../../helpers/target-server.ts";
import { withTarget } from "../../helpers/with-target.ts";

const SECRETS: Record<string, string> = { token: 'hush"hush', path: "hidden/é" };
const site = { secrets: (name: string) => SECRETS[name] };

/** The error that `work` throws. */
function refusalOf(work: () => unknown): QuorateError {
  try {
    work();
  } catch (thrown) {
    assert.ok(thrown instanceof QuorateError, String(thrown));
    return thrown;
  }
  return assert.fail("nothing was refused");
}

test("a reference becomes the secret of the probe, in any option", async () => {
  await withTarget(startTarget(answers()), async (target) => {
    const options = {
      url: `http://127.0.0.1:${target.port}/\${secret:path}`,
      secretHeaders: { "x-key": "Key ${secret:token}!" },
      body: "${secret:token}${secret:token}",
      method: "POST",
    };
    const outcome = await lookAt("http", options, { secrets: SECRETS });
    assert.equal(said(outcome), "ok ok", outcome.detail);
    const [seen = ""] = target.seen;
    assert.match(seen, /^POST \/hidden\/%C3%A9 HTTP/);
    assert.match(seen, /\r\nx-key: Key hush"hush!\r\n/);
  });
});

test("no sentence and no endpoint shows what came in by reference", async () => {
  const echo = 'HTTP/1.1 200 OK\r\nx-echo: hush"hush and hidden/%C3%A9\r\n\r\n';
  await withTarget(startTarget(speaks(echo)), async ({ port }) => {
    const options = {
      url: `http://127.0.0.1:${port}/\${secret:path}`,
      headerContains: { "x-echo": "${secret:token} or not" },
    };
    const check = prepareCheck("http", options, site);
    assert.equal(check.endpoint, `GET http://127.0.0.1:${port}/***`);
    const outcome = await lookAt("http", options, { secrets: SECRETS });
    assert.equal(said(outcome), "sub http_header", outcome.detail);
    assert.doesNotMatch(outcome.detail, /hush|hidden/);
    assert.match(outcome.detail, /\*\*\*/);
  });
});

test("a secret that the probe does not have is named, with the way to give it", () => {
  const options = { url: "http://a.test/", bearerToken: "${secret:db-token}" };
  const refusal = refusalOf(() => prepareCheck("http", options, site));
  assert.equal(refusal.issues[0]?.path, "options.bearerToken");
  assert.match(refusal.message, /no secret "db-token".* --secrets, or in QUORATE_SECRET_DB_TOKEN/);
});

test("a secret that does not fit its option is refused without being shown", () => {
  const secrets = (name: string) => (name === "lines" ? "hush\nhush" : "((hush");
  for (const more of [
    { headers: { a: "${secret:lines}" } },
    { bodyMatches: "${secret:pattern}" },
    { tls: { ca: "${secret:pattern}" } },
  ]) {
    const options = { url: "http://a.test/", ...more };
    const refusal = refusalOf(() => prepareCheck("http", options, { secrets }));
    assert.doesNotMatch(JSON.stringify([refusal.message, refusal.issues]), /hush/);
  }
});

test("where targets are only validated, what holds a reference is left to the probe", () => {
  const tls = { cert: "${secret:cert}", key: "${secret:key}" };
  assert.ok(prepareCheck("http", { url: "https://a.test/", tls }));
  const wrong = { url: "https://a.test/", tls, bodyMatches: "(" };
  const sentence = /regular expression/;
  assert.match(refusalOf(() => prepareCheck("http", wrong)).message, sentence);
});

test("a reference that is written wrong is refused", () => {
  const options = { url: "http://a.test/", secretHeaders: { a: "${secret:a b}" } };
  for (const where of [site, undefined]) {
    const refusal = refusalOf(() => prepareCheck("http", options, where));
    assert.equal(refusal.issues[0]?.path, "options.secretHeaders.a");
    assert.match(refusal.message, /such as \$\{secret:name\}/);
  }
});

test("a secret inside another option is masked and kept, and a reference is shown", () => {
  const stored = { url: "http://a.test/", tls: { cert: "c", key: "hush" } };
  const shown = redactOptions("http", stored);
  assert.deepEqual(shown["tls"], { cert: "c", key: "***" });
  assert.deepEqual(mergeSecretOptions("http", shown, stored), stored);
  const reference = { bearerToken: "${secret:token}", tls: { cert: "c", key: "${secret:k}" } };
  assert.deepEqual(redactOptions("http", reference), reference);
  assert.deepEqual(redactOptions("http", { bearerToken: "x ${secret:token}" }), {
    bearerToken: "***",
  });
});

test("every kind that speaks TLS keeps the key of its certificate secret", () => {
  for (const { kind, schema, secretOptions } of CHECK_KINDS) {
    const speaksTls = schema instanceof z.ZodObject && Object.hasOwn(schema.shape, "tls");
    if (speaksTls) assert.ok(secretOptions.includes("tls.key"), kind);
  }
});
