/** Benchmark role: many readers of one stream of events; a few of them look at what they read. */
import { connect } from "node:net";
import type { Socket } from "node:net";
import { systemClock } from "../../../shared/clock.ts";

/** What the readers heard since they were asked last. */
export interface Heard {
  /** Events that one reader heard. */
  events: number;
  /** Of those, transitions of targets. */
  transitions: number;
  /** Milliseconds from the time of an event to its reading, for the readers that look. */
  delayMs: number[];
  /** Readers whose stream has ended. */
  lost: number;
}

const [url = "", token = "", count = "0"] = process.argv.slice(2);
const { hostname, port } = new URL(url);
const clock = systemClock();
const LOOKING = 20;
const AT_ONCE = 50;

let heard: Heard = { events: 0, transitions: 0, delayMs: [], lost: 0 };

/** Reads on; the first reader counts, and the first few look at the times. */
function look(text: string, index: number): void {
  const nowMs = clock.wallMs();
  for (const line of text.split("\n")) {
    if (index === 0 && line.startsWith("event: ")) {
      heard.events += 1;
      if (/^event: target\.(?:up|down|suspect|recovering|partial|unknown)/.test(line)) {
        heard.transitions += 1;
      }
    }
    const stamp = /"timestamp":"([^"]+)"/.exec(line)?.[1];
    if (stamp !== undefined) heard.delayMs.push(nowMs - Date.parse(stamp));
  }
}

function read(index: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname, () => {
      const head = `Host: ${hostname}\r\nAuthorization: Bearer ${token}\r\n`;
      socket.write(`GET /api/v1/events HTTP/1.1\r\n${head}Accept: text/event-stream\r\n\r\n`);
    });
    socket.once("data", () => {
      socket.on("data", (bytes) => {
        if (index < LOOKING) look(bytes.toString(), index);
      });
      resolve(socket);
    });
    socket.on("error", reject);
    socket.on("close", () => (heard.lost += 1));
  });
}

process.on("message", () => {
  process.send?.({ heard });
  heard = { events: 0, transitions: 0, delayMs: [], lost: heard.lost };
});
process.on("disconnect", () => process.exit(0));
for (let first = 0; first < Number(count); first += AT_ONCE) {
  const group = Array.from({ length: Math.min(AT_ONCE, Number(count) - first) }, (_, at) => at);
  await Promise.all(group.map((at) => read(first + at)));
}
process.send?.({ ready: true });
