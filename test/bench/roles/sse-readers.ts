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

const TRANSITION = /^event: target\.(?:up|down|suspect|recovering|partial|unknown)$/;

/** Reads on, line by line; the first reader counts, and the first few look at the times. */
function createLook(index: number): (text: string) => void {
  let rest = "";
  return (text) => {
    const nowMs = clock.wallMs();
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) {
      if (index === 0 && line.startsWith("event: ")) {
        heard.events += 1;
        if (TRANSITION.test(line)) heard.transitions += 1;
      }
      const stamp = /"timestamp":"([^"]+)"/.exec(line)?.[1];
      if (stamp !== undefined) heard.delayMs.push(nowMs - Date.parse(stamp));
    }
  };
}

/** One for all sockets: a buffer made for each read would cost more than what is measured. */
const buffer = Buffer.alloc(262_144);

function read(index: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const look = createLook(index);
    const callback = (length: number): boolean => {
      resolve(socket);
      if (index < LOOKING) look(buffer.toString("utf8", 0, length));
      return true;
    };
    const onread = { buffer, callback };
    const socket = connect({ port: Number(port), host: hostname, onread }, () => {
      const head = `Host: ${hostname}\r\nAuthorization: Bearer ${token}\r\n`;
      socket.write(`GET /api/v1/events HTTP/1.1\r\n${head}Accept: text/event-stream\r\n\r\n`);
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
