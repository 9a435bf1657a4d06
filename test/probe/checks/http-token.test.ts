import assert from "node:assert/strict";
import { test } from "node:test";
import { prepareCheck } from "../../../probe/checks/index.ts";
import { runCheck } from "../../../probe/checks/run.ts";
import { systemClock } from "../../../shared/clock.ts";
import { startHttp } from "../../helpers/http-target.ts";
import type { Asked, HttpTarget, Told } from "../../helpers/http-target.ts";
import { lookAt, said } from "../../helpers/look-at.ts";
import { simClock } from "../../helpers/sim-clock.ts";
import { answers, closedPort, silent, startTarget } from "../../helpers/target-server.ts";
import { withTarget } from "../../helpers/with-target.ts";

/** An API that wants the newest token, and a server that gives tokens. */
async function withServers(
  give: (asked: Asked, count: number) => Told,
  use: (api: HttpTarget, tokens: HttpTarget) => Promise<void>,
): Promise<void> {
  let given = 0;
  const tokens = startHttp((asked) => give(asked, (given += 1)));
  const api = startHttp(({ headers }) => {
    return { status: headers["authorization"] === `Bearer token-${given}` ? 200 : 401 };
  });
  await withTarget(api, (target) => withTarget(tokens, (source) => use(target, source)));
}

const json = (value: object): Told => ({ body: JSON.stringify(value) });
const oauth = (port: number, more: object = {}) => ({
  tokenUrl: `http://127.0.0.1:${port}/token`,
  clientId: "me & you",
  clientSecret: "hush hush",
  ...more,
});

test("a token is asked for by client credentials, and kept until it expires", async () => {
  const give = (_asked: Asked, count: number): Told =>
    json({ access_token: `token-${count}`, token_type: "Bearer", expires_in: 120 });
  await withServers(give, async (api, tokens) => {
    const sim = simClock();
    const url = `http://127.0.0.1:${api.port}/`;
    const oauth2 = oauth(tokens.port, { scope: "read write", audience: "shop" });
    const check = prepareCheck("http", { url, oauth2 });
    const look = () => runCheck(check, { clock: sim, timeoutMs: 5_000 });
    for (const advanceMs of [0, 60_000, 29_000]) {
      sim.advance(advanceMs);
      const outcome = await look();
      assert.equal(said(outcome), "ok ok", outcome.detail);
    }
    assert.equal(tokens.seen.length, 1);
    const [asked] = tokens.seen;
    assert.equal(asked?.method, "POST");
    assert.equal(asked?.body, "grant_type=client_credentials&scope=read+write&audience=shop");
    const basic = Buffer.from("me+%26+you:hush+hush").toString("base64");
    assert.equal(asked?.headers["authorization"], `Basic ${basic}`);
    sim.advance(2_000);
    assert.equal(said(await look()), "ok ok");
    assert.equal(tokens.seen.length, 2, "half a minute before its end a token is renewed");
  });
});

test("the client can be sent in the form", async () => {
  const give = (): Told => json({ access_token: "token-1" });
  await withServers(give, async (api, tokens) => {
    const oauth2 = oauth(tokens.port, { clientAuth: "body" });
    await lookAt("http", { url: `http://127.0.0.1:${api.port}/`, oauth2 });
    const [asked] = tokens.seen;
    assert.match(asked?.body ?? "", /&client_id=me\+%26\+you&client_secret=hush\+hush$/);
    assert.equal(asked?.headers["authorization"], undefined);
  });
});

test("a token that the target refuses is not used again", async () => {
  let refuse = true;
  const tokens = startHttp(() => json({ access_token: "token", expires_in: 3_600 }));
  const api = startHttp(() => ({ status: refuse ? 401 : 200 }));
  await withTarget(tokens, (source) =>
    withTarget(api, async ({ port }) => {
      const oauth2 = oauth(source.port);
      const check = prepareCheck("http", { url: `http://127.0.0.1:${port}/`, oauth2 });
      const look = () => runCheck(check, { clock: systemClock(), timeoutMs: 5_000 });
      assert.equal(said(await look()), "sub http_status");
      refuse = false;
      assert.equal(said(await look()), "ok ok");
      assert.equal(said(await look()), "ok ok");
      assert.equal(source.seen.length, 2);
    }),
  );
});

const REFUSALS: [string, Told, RegExp][] = [
  ["a status", { status: 500 }, /There is no token from 127\.0\.0\.1:\d+: .* answered 500/],
  ["no token", { body: '{"error": "no"}' }, /answered without an access_token\.$/],
  ["no JSON", { body: "hush hush" }, /answered without an access_token\.$/],
  ["a token with a line break", { body: '{"access_token": "a\\nb"}' }, /without an access_token/],
];
for (const [name, told, sentence] of REFUSALS) {
  test(`${name} instead of a token says nothing about the target`, async () => {
    await withTarget(
      startHttp(() => told),
      async ({ port }) => {
        const outcome = await lookAt("http", { url: "http://127.0.0.1:1/", oauth2: oauth(port) });
        assert.equal(said(outcome), "void no_credentials", outcome.detail);
        assert.match(outcome.detail, sentence);
        assert.doesNotMatch(outcome.detail, /hush/);
      },
    );
  });
}

test("a server of tokens that is away or silent says nothing about the target", async () => {
  const url = "http://127.0.0.1:1/";
  const away = await lookAt("http", { url, oauth2: oauth(await closedPort()) });
  assert.equal(said(away), "void no_credentials");
  await withTarget(startTarget(silent), async (server) => {
    const outcome = await lookAt("http", { url, oauth2: oauth(server.port) }, { timeoutMs: 100 });
    assert.equal(said(outcome), "void no_credentials");
    assert.match(outcome.detail, /did not answer in full within 100 ms/);
  });
});

test("neither the token nor the secret of the client is ever shown", async () => {
  const echo = answers({ headers: { "x-echo": "token-abcdef and hush hush" } });
  const tokens = startHttp(() => json({ access_token: "token-abcdef" }));
  await withTarget(tokens, (source) =>
    withTarget(startTarget(echo), async ({ port }) => {
      const options = { oauth2: oauth(source.port), headerContains: { "x-echo": "?" } };
      const outcome = await lookAt("http", { url: `http://127.0.0.1:${port}/`, ...options });
      assert.match(outcome.detail, /x-echo: "\*\*\* and \*\*\*"/);
    }),
  );
});
