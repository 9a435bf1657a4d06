/** Servers that break every rule: a check of any kind calls them sub, in time, and goes on. */
import assert from "node:assert/strict";
import { it } from "node:test";
import { systemClock } from "../../shared/clock.ts";
import type { PreparedCheck } from "../../probe/checks/check.ts";
import { runCheck } from "../../probe/checks/run.ts";
import { eventually } from "../helpers/eventually.ts";
import { dripsAtOnce, poursAtOnce, resetNow, startTarget } from "../helpers/target-server.ts";
import type { Cue } from "../helpers/target-server.ts";
import { assertSound } from "./check-look.ts";

const clock = systemClock();
const TIMEOUT_MS = 250;

/** Every byte once, in an order that no protocol knows. */
const NOISE = Buffer.from(Array.from({ length: 256 }, (_value, index) => (index * 167 + 13) & 255));

const CUES: [string, Cue][] = [
  ["drips one byte a second", dripsAtOnce("HTTP/1.1 200 OK\r\n")],
  ["sends headers without end", poursAtOnce("HTTP/1.1 200 OK\r\n", "a: b\r\n".repeat(1_000))],
  ["sends gigabytes of one line", poursAtOnce("", "220 a body ".repeat(5_000))],
  ["sends zeros without end", poursAtOnce("", "\0".repeat(65_536))],
  ["sends bytes that are no frame", (socket) => void socket.write(NOISE)],
  ["closes at once", (socket) => void socket.destroy()],
  ["resets at once", (socket) => resetNow(socket)],
  ["resets after some bytes", (socket) => void socket.write(NOISE, () => resetNow(socket))],
  ["closes its side and says nothing", (socket) => void socket.end()],
  ["closes its side after some bytes", (socket) => void socket.end(NOISE)],
];

type PrepareAt = (port: number) => PreparedCheck;

/**
 * Registers the test of all of them at once. `prepare` makes a check of 127.0.0.1 and a port.
 * `about` is what the outcome must be about: the target (sub or dead), or nothing (void), where
 * the port is that of something between the probe and its target.
 */
export function testHostility(prepare: PrepareAt, about: "target" | "void" = "target"): void {
  const classes = about === "target" ? ["sub", "dead"] : ["void"];
  it("calls a server that breaks every rule a failure, in time, and lets it go", async () => {
    await Promise.all(CUES.map(([name, cue]) => suffer({ name, cue, classes }, prepare)));
  });
}

async function suffer(
  { name, cue, classes }: { name: string; cue: Cue; classes: readonly string[] },
  prepare: PrepareAt,
): Promise<void> {
  const server = await startTarget((socket, seen) => {
    socket.resume().on("end", () => socket.destroy());
    cue(socket, seen);
  });
  try {
    const outcome = await runCheck(prepare(server.port), { clock, timeoutMs: TIMEOUT_MS });
    assertSound(outcome);
    const said = `a target that ${name}: ${outcome.reason} ${outcome.detail}`;
    assert.ok(classes.includes(outcome.class) && outcome.reason !== "internal", said);
    assert.doesNotMatch(outcome.detail, /[^\x20-\x7e…]/, said);
    await eventually(`the socket of a target that ${name} is closed`, () => server.open() === 0);
  } finally {
    await server.close();
  }
}
