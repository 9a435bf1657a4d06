/** Version, metrics and the first page. */
import assert from "node:assert/strict";
import test from "node:test";
import { NOTIFIER_KINDS } from "../../../aggregator/notifiers/index.ts";
import { CHECK_KINDS } from "../../../probe/checks/index.ts";
import { withHttpRoom } from "../../helpers/http-room.ts";

test("the version names the kinds of check and of notifier", () =>
  withHttpRoom(async (room) => {
    const { body } = await room.expect(200, "GET /api/v1/version");
    const kinds = {
      checkKinds: CHECK_KINDS.map(({ kind }) => kind),
      notifierKinds: NOTIFIER_KINDS.map(({ kind }) => kind),
    };
    assert.deepEqual(body, { name: "quorate", version: "0.0.0-test", ...kinds });
  }));

test("metrics count targets by verdict, name none, and are counted anew after 5 s", () =>
  withHttpRoom(async (room) => {
    const options = { host: "127.0.0.1", port: 80 };
    await room.expect(201, "POST /api/v1/targets", { body: { name: "web", kind: "tcp", options } });
    const target = await room.store.targets.get("web");
    const read = async () => String((await room.expect(200, "GET /metrics", { token: null })).body);
    const first = await read();
    assert.match(first, /^quorate_targets\{state="unknown"\} 1$/m);
    assert.match(first, /^# TYPE quorate_engine_queue gauge$/m);
    assert.match(first, /^quorate_engine_ready 1$/m);
    assert.ok(!first.includes("web"));
    room.engine.setVerdict(target?.id ?? "", "down");
    assert.equal(await read(), first);
    room.clock.advance(5_000);
    assert.match(await read(), /^quorate_targets\{state="down"\} 1$/m);
  }));

test("metrics tell how each probe's process is, by its id", () =>
  withHttpRoom(async (room) => {
    const body = { name: "rack-a", region: "east", zone: "a" };
    await room.expect(201, "POST /api/v1/probes", { body });
    const probe = await room.store.probes.get("rack-a");
    const id = probe?.id ?? "";
    room.connected.add(id);
    const text = String((await room.expect(200, "GET /metrics", { token: null })).body);
    const told = [...text.matchAll(/^quorate_probe_(\w+)\{probe="(\w+)"\} (\S+)$/gm)];
    assert.deepEqual(
      told.filter(([, name]) => name !== "heartbeat_age_seconds").map((one) => one.slice(1)),
      [
        ["connected", id, "1"],
        ["cpu_cores", id, "0.001"],
        ["memory_bytes", id, "1"],
        ["event_loop_lag_seconds", id, "0.001"],
        ["load", id, "0.001"],
        ["running_checks", id, "0"],
        ["skipped_checks", id, "0"],
        ["spooled_batches", id, "0"],
        ["dropped_batches", id, "0"],
      ],
    );
    assert.ok(!text.includes("rack-a"));
  }));

test("the first page says what this is and links the document", () =>
  withHttpRoom(async (room) => {
    const { body, headers } = await room.expect(200, "GET /", { token: null });
    assert.match(headers.get("content-type") ?? "", /^text\/html/);
    assert.match(String(body), /href="\/openapi\.json"/);
  }));
