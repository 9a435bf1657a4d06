/** Benchmark role: the least that a check on a new connection can be, on raw node:net. */
import { connect } from "node:net";
import { systemClock } from "../../../shared/clock.ts";

const [port = 0, rate = 0] = process.argv.slice(2).map(Number);
const REQUEST = Buffer.from("GET / HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\n\r\n");
const TICK_MS = 20;

const clock = systemClock();
const startMs = clock.monoMs();
let started = 0;
let failed = 0;

function check(): void {
  const socket = connect({ host: "127.0.0.1", port });
  let ok = false;
  socket.on("connect", () => socket.write(REQUEST));
  socket.on("data", (chunk) => {
    ok = chunk.toString("latin1", 0, 12) === "HTTP/1.1 200";
    socket.destroy();
  });
  socket.on("error", () => undefined);
  socket.on("close", () => {
    if (!ok) failed += 1;
  });
}

clock.every(TICK_MS, () => {
  const due = Math.floor(((clock.monoMs() - startMs) * rate) / 1000);
  for (; started < due; started += 1) check();
});
process.on("message", () => process.send?.({ failed }));
