/** `quorate hook`: a webhook receiver that prints what arrives. */
import { createServer } from "node:http";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { Command } from "commander";
import { isoTime } from "../../shared/clock.ts";
import type { Clock } from "../../shared/clock.ts";
import { formatHostPort } from "../../shared/host-port.ts";
import type { HostPort } from "../../shared/host-port.ts";
import { LIMITS } from "../../shared/limits.ts";
import type { CliContext } from "./context.ts";
import { eventText, saidOf } from "./event-text.ts";
import { readSecretFile } from "./files.ts";
import { listenHttp } from "./listen.ts";
import { listenOption } from "./parse.ts";
import { signatureProblem } from "./signature.ts";
import { once } from "./stopping.ts";

/** A webhook that arrived. */
export interface Arrival {
  /** Receipt, RFC 3339. */
  receivedAt: string;
  /** Header webhook-id; empty when it was missing. */
  id: string;
  /** `verified`, `unverified` (no secret was given), or `refused`. */
  signature: "verified" | "unverified" | "refused";
  /** Why it was refused; empty otherwise. */
  problem: string;
  /** The body as JSON; its text when it is none. */
  body: unknown;
}

/** What a hook is made of. */
export interface HookOptions {
  clock: Clock;
  listen: HostPort;
  /** `whsec_<base64>`; null: signatures are not verified. */
  secret: string | null;
  onArrival: (arrival: Arrival) => void;
}

/** A running hook. */
export interface Hook {
  url: string;
  close(): Promise<void>;
}

/** Starts a receiver: 204 for what is genuine, 401 for what is not, 405 and 413 for the rest. */
export async function startHook(options: HookOptions): Promise<Hook> {
  const server = createServer((request, response) => receive(request, response, options));
  const address = await listenHttp(server, options.listen);
  return { url: `http://${formatHostPort(address)}/`, close: () => closeServer(server) };
}

function closeServer(server: Server): Promise<void> {
  const closed = new Promise<void>((resolve) => void server.close(() => resolve()));
  server.closeAllConnections();
  return closed;
}

function receive(request: IncomingMessage, response: ServerResponse, options: HookOptions): void {
  const answer = (status: number, text = ""): void => {
    response.writeHead(status, { "content-type": "text/plain" }).end(text);
  };
  if (request.method !== "POST") {
    request.resume();
    return answer(405, "Expected POST.\n");
  }
  const chunks: Buffer[] = [];
  let bytes = 0;
  request.on("data", (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes <= LIMITS.bodyBytesMax) chunks.push(chunk);
  });
  // A sender that breaks off in the middle has sent nothing.
  request.on("error", () => response.destroy());
  request.on("end", () => {
    if (bytes > LIMITS.bodyBytesMax) {
      return answer(413, `Expected at most ${LIMITS.bodyBytesMax} bytes.\n`);
    }
    const arrival = arrivalOf(request, Buffer.concat(chunks), options);
    options.onArrival(arrival);
    if (arrival.signature === "refused") return answer(401, `Refused: ${arrival.problem}.\n`);
    return answer(204);
  });
}

function arrivalOf(request: IncomingMessage, body: Buffer, options: HookOptions): Arrival {
  const nowMs = options.clock.wallMs();
  const id = headerOf(request, "webhook-id");
  const timestamp = headerOf(request, "webhook-timestamp");
  const signature = headerOf(request, "webhook-signature");
  const problem =
    options.secret === null
      ? null
      : signatureProblem({ id, timestamp, signature, body }, options.secret, nowMs);
  const good = options.secret === null ? "unverified" : "verified";
  return {
    receivedAt: isoTime(nowMs),
    id,
    signature: problem === null ? good : "refused",
    problem: problem ?? "",
    body: jsonOrText(body.toString("utf8")),
  };
}

function headerOf(request: IncomingMessage, name: string): string {
  const value = request.headers[name];
  return typeof value === "string" ? value : "";
}

function jsonOrText(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return value;
  } catch {
    return text;
  }
}

interface HookFlags {
  listen: HostPort;
  secret?: string;
  secretFile?: string;
  json?: boolean;
}

/** Adds `quorate hook`. */
export function addHook(program: Command, context: CliContext): void {
  program
    .command("hook")
    .description("a webhook receiver that prints what arrives")
    .addOption(listenOption("--listen <host:port>", "where it listens", "127.0.0.1:0"))
    .option("--secret <whsec>", "verify the Standard Webhooks signature with this secret")
    .option("--secret-file <file>", "the same, read from a file: not seen in a process list")
    .option("--json", "print one JSON document a line")
    .action((flags: HookFlags) => runHook(context, flags));
}

async function runHook(context: CliContext, flags: HookFlags): Promise<void> {
  const { printer } = context;
  const stop = context.stopSignal();
  const secret = flags.secretFile ? readSecretFile(flags.secretFile) : (flags.secret ?? null);
  const hook = await startHook({
    clock: context.clock,
    listen: flags.listen,
    secret,
    onArrival: (arrival) =>
      flags.json ? printer.jsonLine(arrival) : printer.line(describeArrival(arrival, context)),
  });
  if (flags.json) printer.note(`webhook ${hook.url}`);
  else printer.line(`webhook ${hook.url}`);
  await once(stop);
  await hook.close();
}

/** One line for a person: when, what, whether genuine, and the sentence of the event. */
export function describeArrival(arrival: Arrival, context: Pick<CliContext, "printer">): string {
  const { paint, clean } = context.printer;
  const time = arrival.receivedAt.slice(11, 19);
  if (arrival.signature === "refused") {
    return `${time} ${paint.red("refused")} ${clean(arrival.id)}: ${arrival.problem}`;
  }
  const event = eventText(arrival.body);
  const type = event.type === "" ? "(no event)" : event.type;
  const signature = arrival.signature === "verified" ? paint.green("verified") : "unverified";
  const id = paint.dim(`(${clean(arrival.id)})`);
  return `${time} ${paint.bold(clean(type))} ${signature} ${clean(saidOf(event))} ${id}`;
}
