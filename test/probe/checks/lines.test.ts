import assert from "node:assert/strict";
import type { Socket } from "node:net";
import { test } from "node:test";
import { createLines } from "../../../probe/checks/lines.ts";
import { eventually } from "../../helpers/eventually.ts";
import { resetNow, silent, startTarget } from "../../helpers/target-server.ts";

/** Who uses a line, and what it heard. */
interface User {
  socket: Socket | null;
  text: string;
  over: "" | "ended" | "failed";
  greet: Buffer | string;
}

function openLines() {
  const buffer = Buffer.alloc(65_536);
  const lines = createLines<User>(buffer, {
    connected(user, socket) {
      user.socket = socket;
      socket.write(user.greet, "latin1");
    },
    received: (user, length) => void (user.text += buffer.toString("latin1", 0, length)),
    failed: (user) => void (user.over = "failed"),
    ended: (user) => void (user.over = "ended"),
  });
  const newUser = (greet: Buffer | string): User => ({ socket: null, text: "", over: "", greet });
  return { lines, newUser };
}

test("one socket serves looks one after the other, each on a connection of its own", async (t) => {
  const target = await startTarget((socket, seen) => {
    socket.once("data", (bytes) => {
      seen.push(bytes.toString());
      socket.end(`${bytes.toString()} ${"x".repeat(100_000)} end`);
    });
  });
  t.after(() => target.close());
  const { lines, newUser } = openLines();
  const sockets = new Set<Socket | null>();
  for (const name of ["first", "second", "third", "fourth"]) {
    const user = newUser(name);
    const hangUp = lines.dial(user, { host: "127.0.0.1", port: target.port });
    // Every second one leaves before it has read all: the next must not hear of it.
    const whole = name === "first" || name === "third";
    await eventually("an answer", () => (whole ? user.over === "ended" : user.text.length > 0));
    assert.ok(user.text.startsWith(`${name} x`));
    sockets.add(user.socket);
    hangUp();
    hangUp();
    await eventually("a line that waits", () => lines.idle() === 1);
  }
  assert.equal(sockets.size, 1);
  assert.deepEqual(target.seen, ["first", "second", "third", "fourth"]);
});

test("a line that may still have something to say is not used again", async (t) => {
  const deaf = await startTarget(silent);
  const resetting = await startTarget((socket) => socket.once("data", () => resetNow(socket)));
  t.after(() => Promise.all([deaf.close(), resetting.close()]));
  const { lines, newUser } = openLines();
  const early = lines.dial(newUser("early"), { host: "127.0.0.1", port: deaf.port });
  early();
  const long = newUser(Buffer.alloc(64 * 2 ** 20));
  const hangUp = lines.dial(long, { host: "127.0.0.1", port: deaf.port });
  await eventually("a connection", () => long.socket !== null);
  const closed = new Promise((resolve) => long.socket?.once("close", resolve));
  hangUp();
  await closed;
  const cut = newUser("cut");
  const leave = lines.dial(cut, { host: "127.0.0.1", port: resetting.port });
  await eventually("an error", () => cut.over === "failed");
  leave();
  assert.equal(lines.idle(), 0);
});
