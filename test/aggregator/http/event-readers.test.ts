/** Readers of the stream that come and go, or stop reading, on real sockets. */
import assert from "node:assert/strict";
import { connect } from "node:net";
import type { Socket } from "node:net";
import test from "node:test";
import { listenHttp } from "../../../aggregator/http/listen.ts";
import type { HttpListener } from "../../../aggregator/http/listen.ts";
import { systemClock } from "../../../shared/clock.ts";
import { LIMITS } from "../../../shared/limits.ts";
import { silentLog } from "../../../shared/log.ts";
import { patiently } from "../../helpers/patience.ts";
import { settle } from "../../helpers/sim-clock.ts";
import { withHttpRoom } from "../../helpers/http-room.ts";
import type { HttpRoom } from "../../helpers/http-room.ts";
import { readSse } from "../../helpers/sse-reader.ts";
import { eventWithId } from "../../helpers/store-data.ts";

const withServer = (use: (room: HttpRoom, server: HttpListener) => Promise<void>): Promise<void> =>
  withHttpRoom(async (room) => {
    const parts = { app: room.app, clock: systemClock(), log: silentLog() };
    const server = await listenHttp({ ...parts, host: "127.0.0.1", port: 0 });
    try {
      await use(room, server);
    } finally {
      await server.close(0);
    }
  });

test("a reader that disconnects 100 times sees every event exactly once", () =>
  withServer(async (room, server) => {
    const authorization = `Bearer ${await room.token("read")}`;
    const seen: number[] = [];
    let told = 0;
    const tell = async (count: number): Promise<void> => {
      const ids = Array.from({ length: count }, () => `e${(told += 1)}`);
      await room.happen(...ids.map((id) => eventWithId(id)));
    };
    for (let visit = 0; visit < 100; visit += 1) {
      // Some happen while nobody reads, some as the reader comes, some while it reads.
      await tell(visit % 4);
      const headers = { authorization, "last-event-id": String(seen.at(-1) ?? 0) };
      const asked = fetch(`${server.url}/api/v1/events`, { headers });
      await tell(2);
      const reader = readSse(await asked);
      await tell(1);
      await reader.until(/^id: \d+\nevent: .*\ndata: .*\n\n/m);
      seen.push(...reader.numbers());
      await reader.leave();
    }
    const headers = { authorization, "last-event-id": String(seen.at(-1) ?? 0) };
    const last = readSse(await fetch(`${server.url}/api/v1/events`, { headers }));
    await tell(1);
    await last.until(new RegExp(`^id: ${told}\n`, "m"));
    seen.push(...last.numbers());
    await last.leave();
    assert.deepEqual(
      seen,
      Array.from({ length: told }, (_, index) => index + 1),
    );
  }));

/** How many streams are open, as the metrics say. */
async function openStreams(room: HttpRoom): Promise<string> {
  room.clock.advance(5_000);
  const { body } = await room.expect(200, "GET /metrics", { token: null });
  return /^quorate_event_streams (\d+)$/m.exec(String(body))?.[1] ?? "none";
}

/** A socket that asked for the stream of events, and does not read. */
async function stuckReader(room: HttpRoom, server: HttpListener): Promise<Socket> {
  const secret = await room.token("read");
  const socket = connect(server.port, "127.0.0.1");
  socket.on("error", () => undefined);
  socket.pause();
  socket.write("GET /api/v1/events HTTP/1.1\r\nHost: a\r\n");
  socket.write(`Authorization: Bearer ${secret}\r\n\r\n`);
  await patiently("the stream is open", async () => (await openStreams(room)) === "1");
  return socket;
}

/** Far more than sockets hold: 4 MB may be on its way, and 2,000 events wait at most. */
async function overwhelm(room: HttpRoom): Promise<void> {
  const long = "x".repeat(4_000);
  for (let round = 0; round * 500 < LIMITS.subscriberEventsMax * 3; round += 1) {
    const ids = Array.from({ length: 500 }, (_, index) => `r${round}-${index}`);
    await room.happen(
      ...ids.map((id) => ({ ...eventWithId(id), data: { sentence: `${id} ${long}` } })),
    );
    await settle();
  }
}

test("a reader that stops reading is let go, whatever happens after", () =>
  withServer(async (room, server) => {
    const socket = await stuckReader(room, server);
    await overwhelm(room);
    await patiently("the stream is gone", async () => (await openStreams(room)) === "0");
    socket.destroy();
  }));

test("a reader that reads again too late is told so after the events that it got", () =>
  withServer(async (room, server) => {
    const socket = await stuckReader(room, server);
    await overwhelm(room);
    let text = "";
    socket.on("data", (bytes) => (text += bytes.toString()));
    socket.resume();
    await patiently("the stream ended", async () => text.endsWith("\r\n0\r\n\r\n"));
    assert.match(text, /event: dropped\ndata: This reader was too slow[^\n]*\n\n/);
    const numbers = [...text.matchAll(/^id: (\d+)\nevent: mesh/gm)].map((found) =>
      Number(found[1]),
    );
    assert.ok(numbers.length > 0);
    assert.deepEqual(
      numbers,
      numbers.map((_, index) => index + 1),
      "what came has no gap",
    );
    socket.destroy();
  }));
