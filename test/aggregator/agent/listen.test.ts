/** The port of agent checks, on real sockets. */
import assert from "node:assert/strict";
import { connect } from "node:net";
import test from "node:test";
import { createJudge } from "../../../aggregator/agent/judge.ts";
import { listenAgent } from "../../../aggregator/agent/listen.ts";
import type { AgentListener } from "../../../aggregator/agent/listen.ts";
import { parseHostPort } from "../../../shared/host-port.ts";
import { silentLog } from "../../../shared/log.ts";
import { eventually } from "../../helpers/eventually.ts";
import { withHttpRoom } from "../../helpers/http-room.ts";
import { simClock } from "../../helpers/sim-clock.ts";

/** Sends a text and gives everything that comes back; `whenOpen` runs once it is sent. */
function ask(agent: AgentListener, text: string, whenOpen = (): void => {}): Promise<string> {
  const { port } = parseHostPort(agent.address) ?? { port: 0 };
  return new Promise((resolve, reject) => {
    let said = "";
    const socket = connect({ port, host: "127.0.0.1" }, () => socket.write(text, () => whenOpen()));
    socket.setEncoding("utf8");
    socket.on("data", (chunk) => void (said += String(chunk)));
    socket.on("end", () => resolve(said));
    socket.on("error", reject);
  });
}

async function withAgent(
  judge: (name: string) => Promise<string>,
  use: (agent: AgentListener, clock: ReturnType<typeof simClock>) => Promise<void>,
): Promise<void> {
  const clock = simClock();
  const where = { host: "127.0.0.1", port: 0 };
  const agent = await listenAgent({ ...where, judge, clock, log: silentLog() });
  try {
    await use(agent, clock);
  } finally {
    await agent.close();
  }
  assert.equal(clock.pending(), 0, "no deadline is left");
}

test("a name gets its line, with or without a carriage return", () =>
  withAgent(
    async (name) => `up # ${name}\n`,
    async (agent) => {
      assert.equal(await ask(agent, "shop\n"), "up # shop\n");
      assert.equal(await ask(agent, "shop\r\nmore\n"), "up # shop\n");
    },
  ));

test("a line that is none, or never ends, gets an answer that changes nothing", () =>
  withAgent(
    () => Promise.reject(new Error("secret")),
    async (agent, clock) => {
      assert.match(await ask(agent, "\n"), /^100% # expected a target/);
      assert.match(await ask(agent, "x".repeat(5_000)), /^100% # expected a target/);
      assert.match(await ask(agent, "shop\n"), /^100% # the aggregator could not look this up\n$/);
      const late = ask(agent, "sho");
      await eventually("the deadline runs", () => clock.pending() === 1);
      clock.advance(3_000);
      assert.match(await late, /^100% # expected a target/);
    },
  ));

test("a port that is taken is told in a sentence", () =>
  withAgent(
    async () => "up\n",
    async (agent) => {
      const { port } = parseHostPort(agent.address) ?? { port: 0 };
      const log = silentLog();
      const rest = { judge: async () => "up\n", clock: simClock(), log };
      const again = listenAgent({ host: "127.0.0.1", port, ...rest });
      await assert.rejects(again, /Cannot listen for agent checks on .*--agent-listen\.$/);
    },
  ));

test("what nobody judged, and what is no target, changes nothing", () =>
  withHttpRoom(async ({ expect, engine, store, clock }) => {
    const options = { host: "127.0.0.1", port: 80 };
    await expect(201, "POST /api/v1/targets", { body: { name: "web", kind: "tcp", options } });
    const judge = createJudge({ engine, store, clock });
    assert.equal(await judge("nothing"), "100% # no target has this name or id\n");
    assert.equal(await judge("web"), "100% # unknown\n");
    const id = (await store.targets.get("web"))?.id ?? "";
    engine.setVerdict(id, "down");
    assert.equal(await judge("web"), "down # down\n");
    engine.setVerdict(id, "degraded");
    assert.equal(await judge(id), "up ready\n", "no check was seen, so the weight stays");
  }));

test("a drain is taken back for a while, and an operator's own drain is left alone", () =>
  withHttpRoom(async ({ expect, engine, store, clock }) => {
    const options = { host: "127.0.0.1", port: 80 };
    await expect(201, "POST /api/v1/targets", { body: { name: "web", kind: "tcp", options } });
    const id = (await store.targets.get("web"))?.id ?? "";
    engine.setVerdict(id, "up");
    let maintenance = false;
    const span = () => ({ fromMs: 0, state: "up" as const, maintenance });
    const judge = createJudge({ engine: { ...engine, presentSpan: span }, store, clock });
    assert.equal(await judge("web"), "up ready 100%\n", "an aggregator before may have drained");
    clock.advance(600_000);
    assert.equal(await judge("web"), "up 100%\n");
    maintenance = true;
    assert.equal(await judge("web"), "drain\n");
    maintenance = false;
    assert.equal(await judge("web"), "up ready 100%\n");
    clock.advance(600_000);
    assert.equal(await judge("web"), "up 100%\n");
  }));
