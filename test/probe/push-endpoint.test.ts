import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { PushReport } from "../../probe/checks/check.ts";
import { listenHealth } from "../../probe/health-endpoint.ts";
import type { HealthEndpoint } from "../../probe/health-endpoint.ts";
import { createPushDoor } from "../../probe/push-endpoint.ts";
import { simClock } from "../helpers/sim-clock.ts";

const KEY = "correct-horse-battery";
const taken: [string, PushReport][] = [];
let health: HealthEndpoint | undefined;

before(async () => {
  const report = (target: string, seen: PushReport): boolean => {
    if (target !== "nightly backup" || seen.key !== KEY) return false;
    taken.push([target, seen]);
    return true;
  };
  const door = createPushDoor({ clock: simClock({ monoMs: 7_000 }), report });
  health = await listenHealth({ host: "127.0.0.1", port: 0 }, door);
});
after(() => health?.close());

/** A request with the key, or with other headers instead. */
function push(
  path: string,
  init: Omit<RequestInit, "headers"> & { headers?: Record<string, string> } = {},
  key = KEY,
): Promise<Response> {
  const headers = { authorization: `Bearer ${key}`, ...init.headers };
  return fetch(`http://${health?.address}${path}`, { method: "POST", ...init, headers });
}

test("a report goes to its target, with status and message from the query or a form", async () => {
  taken.length = 0;
  const path = "/push/nightly%20backup";
  const answer = await push(path);
  assert.deepEqual([answer.status, await answer.text()], [200, "ok\n"]);
  await push(`${path}?status=fail&message=disk+full`);
  await push(path, { body: new URLSearchParams({ status: "fail", message: "né" }) });
  const said = taken.map(([, { failed, message, atMonoMs }]) => [failed, message, atMonoMs]);
  assert.deepEqual(said, [
    [false, "", 7_000],
    [true, "disk full", 7_000],
    [true, "né", 7_000],
  ]);
});

test("a wrong key, none, and an unknown target have the same answer", async () => {
  const answers = [
    await push("/push/nightly%20backup", {}, "wrong"),
    await push("/push/nobody"),
    await push("/push/%ff"),
    await push("/push/nightly%20backup", { headers: { authorization: "Basic eDp5" } }),
  ];
  const texts = await Promise.all(answers.map((answer) => answer.text()));
  assert.deepEqual(
    answers.map(({ status }) => status),
    [401, 401, 401, 401],
  );
  assert.equal(new Set(texts).size, 1);
  assert.doesNotMatch(texts.join(""), /nightly|wrong/);
});

test("what is no report is refused with what was expected", async () => {
  const path = "/push/nightly%20backup";
  assert.equal((await push(`${path}?status=maybe`)).status, 422);
  assert.equal((await push(path, { method: "GET" })).status, 405);
  assert.equal((await push(path, { body: "m".repeat(5_000) })).status, 413);
  assert.equal((await push("/push/")).status, 405);
  assert.equal((await fetch(`http://${health?.address}/`)).status, 200);
});

test("a long message is cut", async () => {
  taken.length = 0;
  await push("/push/nightly%20backup", {
    body: new URLSearchParams({ message: "m".repeat(3_000) }),
  });
  assert.equal(taken[0]?.[1].message.length, 200);
});
