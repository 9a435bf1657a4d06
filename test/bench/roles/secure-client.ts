/** Benchmark role: looks again and again, a few at a time, by a check or by Node's own modules. */
import { readFileSync } from "node:fs";
import { connect as connectHttp2 } from "node:http2";
import { connect as connectTls, createSecureContext } from "node:tls";
import { checkKind, prepareCheck } from "../../../probe/checks/index.ts";
import { systemClock } from "../../../shared/clock.ts";
import { HealthCheckRequest } from "../../../shared/proto/gen/grpc/health/v1/health.ts";

const [mode = "", ...rest] = process.argv.slice(2);
const [port = 0] = rest.map(Number);
const ca = readFileSync(rest[1] ?? "", "utf8");
const TOGETHER = 8;

let counted = 0;
const clock = systemClock();
const host = "127.0.0.1";
const secureContext = createSecureContext({ ca });

/** Looks once, and says whether it was well. */
type LookOnce = (done: (ok: boolean) => void) => void;

const rawTls: LookOnce = (done) => {
  const socket = connectTls({ host, port, secureContext });
  socket.on("secureConnect", () => {
    socket.destroy();
    done(true);
  });
  socket.on("error", () => done(false));
};

const REQUEST = Buffer.from("GET / HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\n\r\n");

const rawHttps: LookOnce = (done) => {
  const socket = connectTls({ host, port, secureContext });
  socket.on("secureConnect", () => socket.write(REQUEST));
  socket.on("data", (bytes: Buffer) => {
    socket.destroy();
    done(bytes.toString("latin1", 0, 12) === "HTTP/1.1 200");
  });
  socket.on("error", () => done(false));
};

const message = HealthCheckRequest.encode({ service: "" }).finish();
const frame = Buffer.concat([Buffer.from([0, 0, 0, 0, message.length]), message]);
const HEADERS = {
  ":method": "POST",
  ":path": "/grpc.health.v1.Health/Check",
  "content-type": "application/grpc",
  te: "trailers",
};

const rawHttp2: LookOnce = (done) => {
  const session = connectHttp2(`http://${host}:${port}`);
  const stream = session.request(HEADERS);
  let serving = false;
  stream.on("data", (bytes: Buffer) => {
    serving = bytes.at(-1) === 1;
  });
  stream.on("end", () => {
    session.destroy();
    done(serving);
  });
  stream.on("error", () => done(false));
  session.on("error", () => undefined);
  stream.end(frame);
};

function check(kind: string, options: Record<string, unknown>): LookOnce {
  const prepared = prepareCheck(kind, options);
  return (done) => {
    prepared.run({ clock, timeoutMs: 5_000 }, (outcome) => {
      if (outcome.class !== "ok") process.stderr.write(`${outcome.detail}\n`);
      done(outcome.class === "ok");
    });
  };
}

const tls = { ca };
const tlsCheck = (): LookOnce =>
  checkKind("tls") === undefined
    ? check("tcp", { host, port, tls })
    : check("tls", { host, port, tls });

const MODES: Record<string, () => LookOnce> = {
  "raw-tls": () => rawTls,
  "check-tls": tlsCheck,
  "raw-https": () => rawHttps,
  "check-https": () => check("http", { url: `https://${host}:${port}/`, tls }),
  "raw-http2": () => rawHttp2,
  "check-grpc": () => check("grpc", { host, port }),
};

const lookOnce = MODES[mode]?.();
if (lookOnce === undefined) throw new Error(`There is no mode ${mode}.`);

function again(look: LookOnce): void {
  look((ok) => {
    // A figure of checks that fail would be of no use.
    if (!ok) process.exit(1);
    counted += 1;
    setImmediate(again, look);
  });
}

for (let one = 0; one < TOGETHER; one += 1) again(lookOnce);
process.on("message", () => process.send?.({ counted }));
