import assert from "node:assert/strict";
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { createChildren, describeEnd } from "../../../aggregator/cli/mesh-children.ts";
import type { Child, Children, ChildOptions } from "../../../aggregator/cli/mesh-children.ts";
import { startListening } from "../../../aggregator/cli/mesh-start.ts";
import { systemClock } from "../../../shared/clock.ts";
import { QuorateError } from "../../../shared/errors.ts";

interface Nursery {
  children: Children;
  /** Names of children that ended although nobody asked. */
  unexpected: string[];
  options(name: string): ChildOptions;
}

/** Children that run `script` in plain Node instead of Quorate. */
async function withChildren(script: string, body: (nursery: Nursery) => Promise<void>) {
  const folder = mkdtempSync(join(tmpdir(), "quorate-mesh-"));
  const self = { execPath: process.execPath, args: ["-e", script, "--"] };
  const children = createChildren(self, systemClock());
  const unexpected: string[] = [];
  const options = (name: string): ChildOptions => ({
    name,
    args: [],
    logFile: join(folder, `${name}.log`),
    onUnexpectedEnd: (child) => unexpected.push(child.name),
  });
  try {
    await body({ children, unexpected, options });
  } finally {
    await children.stopAll(0);
    rmSync(folder, { recursive: true });
  }
}

/** Starts a child and waits until it printed `ready now`. */
async function startReady({ children, options }: Nursery, name: string): Promise<Child> {
  const wanted = { ...options(name), wanted: ["ready"] };
  return (await startListening(children, systemClock(), wanted)).child;
}

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

const IDLE = "console.log('ready now'); setInterval(() => undefined, 1000);";
const STUBBORN = `process.on("SIGTERM", () => undefined); ${IDLE}`;

test("children that are asked to end do so, and nobody is told", async () => {
  await withChildren(IDLE, async (nursery) => {
    const started = [await startReady(nursery, "a"), await startReady(nursery, "b")];
    await nursery.children.stopAll(10_000);
    assert.deepEqual(
      started.map(({ pid }) => isAlive(pid)),
      [false, false],
    );
    assert.deepEqual(started[0]?.end(), { code: null, signal: "SIGTERM" });
    assert.deepEqual(nursery.unexpected, []);
  });
});

test("a child that will not end is killed when patience is over", async () => {
  await withChildren(STUBBORN, async (nursery) => {
    const child = await startReady(nursery, "stubborn");
    await nursery.children.stopAll(50);
    assert.equal(describeEnd(await child.ended), "was killed by SIGKILL");
  });
});

test("a child that is killed by somebody else is told", async () => {
  await withChildren(IDLE, async (nursery) => {
    const child = await startReady(nursery, "rack-b");
    process.kill(child.pid, "SIGKILL");
    assert.deepEqual(await child.ended, { code: null, signal: "SIGKILL" });
    assert.deepEqual(nursery.unexpected, ["rack-b"]);
  });
});

test("a child sees its standard input close when it is asked to end", async () => {
  const script = `process.on("SIGTERM", () => undefined); console.log("ready now");
    process.stdin.on("end", () => process.exit(7)).resume();`;
  await withChildren(script, async (nursery) => {
    const child = await startReady(nursery, "a");
    await nursery.children.stopAll(10_000);
    assert.equal(describeEnd(await child.ended), "ended with exit code 7");
  });
});

test("a child that ends before it listens is an error with the end of its log", async () => {
  await withChildren("console.error('the disk is full'); process.exit(3);", async (nursery) => {
    await assert.rejects(startReady(nursery, "hook"), (thrown: unknown) => {
      assert.ok(thrown instanceof QuorateError);
      assert.match(thrown.message, /^hook ended with exit code 3 \(log: .*hook\.log\)/);
      assert.match(thrown.message, /its log ends with: the disk is full$/);
      return true;
    });
  });
});

test("addresses are read from the lines a child prints, other lines are passed on", async () => {
  const script = `console.log("http http://127.0.0.1:1/\\ngrpc 127.0.0.1:2\\nup: hello"); ${IDLE}`;
  await withChildren(script, async ({ children, options }) => {
    const lines: string[] = [];
    let heard = (): void => undefined;
    const second = new Promise<void>((resolve) => {
      heard = resolve;
    });
    const onLine = (line: string): void => void (lines.push(line) === 2 && heard());
    const wanted = ["http", "grpc"];
    const clock = systemClock();
    const { addresses } = await startListening(children, clock, {
      ...options("a"),
      wanted,
      onLine,
    });
    await second;
    assert.deepEqual(
      [...addresses],
      [
        ["http", "http://127.0.0.1:1/"],
        ["grpc", "127.0.0.1:2"],
      ],
    );
    assert.deepEqual(lines, ["up: hello", "ready now"]);
  });
});

test("the log of a child is its owner's only", async () => {
  await withChildren(IDLE, async (nursery) => {
    const { logFile } = await startReady(nursery, "a");
    assert.equal(statSync(logFile).mode & 0o777, 0o600);
  });
});

test("what cannot be started is an error, and nothing hangs", async () => {
  const self = { execPath: "/nonexistent/node", args: [] };
  const children = createChildren(self, systemClock());
  const folder = mkdtempSync(join(tmpdir(), "quorate-mesh-"));
  const options = { name: "a", args: [], logFile: join(folder, "a.log") };
  const onUnexpectedEnd = (): void => assert.fail("it never ran");
  await assert.rejects(
    children.start({ ...options, onUnexpectedEnd }),
    /^QuorateError: Cannot start a/,
  );
  await children.stopAll(0);
  await assert.rejects(children.start({ ...options, onUnexpectedEnd }), /not started any more/);
  rmSync(folder, { recursive: true });
});
