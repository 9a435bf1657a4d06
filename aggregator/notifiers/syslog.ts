/**
 * Syslog, RFC 5424, over UDP (RFC 5426), TCP with counted frames (RFC 6587) or TLS (RFC 5425).
 * Syslog does not answer: delivered means that the network took it.
 */
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { connect, isIP } from "node:net";
import { connect as connectTls } from "node:tls";
import { z } from "zod";
import { messageOf, systemCodeOf } from "../../shared/errors.ts";
import type { NotifierKind, SendOutcome } from "../ports.ts";
import { readMessage, subjectOf } from "./message.ts";
import type { Message } from "./message.ts";
import { checkAuthorities, HTTP_OPTIONS, lineOption } from "./options.ts";
import { shortText, textOf } from "./text.ts";

/** Numbers of the facilities that make sense for a monitor (RFC 5424, 6.2.1). */
const FACILITIES = { user: 1, daemon: 3, local0: 16, local1: 17, local2: 18, local3: 19 } as const;

/** Numbers of the severities (RFC 5424, 6.2.1). */
const SEVERITIES: Readonly<Record<Message["severity"], number>> = {
  critical: 2,
  major: 3,
  minor: 4,
  info: 6,
};

const NOTICE = 5;

/** What every receiver of UDP takes (RFC 5424, 6.1). */
const TEXT_CHARS_MAX = 1_000;

const syslogSchema = z.strictObject({
  host: lineOption("the receiver's name", 255).describe("Name or address of the receiver."),
  port: z.int().min(1).max(65_535).default(514).describe("Port; 6514 is usual for tls."),
  transport: z.enum(["udp", "tcp", "tls"]).default("tcp").describe("How it is sent."),
  facility: z
    .enum(["user", "daemon", "local0", "local1", "local2", "local3"])
    .default("daemon")
    .describe("Facility of the lines."),
  hostname: z
    .string()
    .regex(/^[\x21-\x7e]{1,255}$/, "expected printable ASCII without spaces")
    .default("-")
    .describe("Name of this machine in the lines; `-` leaves it out."),
  ...HTTP_OPTIONS,
});

type SyslogOptions = z.output<typeof syslogSchema>;

/** The syslog kind of notifier. */
export const syslogKind: NotifierKind<typeof syslogSchema> = {
  kind: "syslog",
  summary: "Sends a line of syslog (RFC 5424) by UDP, TCP or TLS.",
  schema: syslogSchema,
  secretOptions: [],
  retries: "whatever keeps the line from being sent",
  prepare(options) {
    const { host, port, transport, timeoutMs, tls } = options;
    checkAuthorities(tls);
    return {
      destination: `Syslog ${transport} ${host}:${port}`,
      timeoutMs,
      async send(outgoing, signal) {
        const line = lineOf(readMessage(outgoing), options);
        return await sendLine(options, line, signal);
      },
    };
  },
};

async function sendLine(
  options: SyslogOptions,
  line: Buffer,
  signal: AbortSignal,
): Promise<SendOutcome> {
  const { host, port, transport, timeoutMs } = options;
  const where = `${host}:${port}`;
  const failed = (detail: string): SendOutcome => ({
    ok: false,
    status: null,
    detail,
    retry: true,
    retryAfterMs: null,
  });
  try {
    if (transport === "udp") await sendDatagram(options, line, signal);
    else await sendFrame(options, line, signal);
    const detail = `Sent to ${where}; syslog does not answer.`;
    return { ok: true, status: null, detail, retry: false, retryAfterMs: null };
  } catch (error) {
    if (signal.aborted) return failed(`${where} took nothing within ${timeoutMs / 1_000} s.`);
    if (systemCodeOf(error) === "ECONNREFUSED") {
      return failed(`Connection refused: nothing is listening there (${where}).`);
    }
    return failed(`The line did not reach ${where}: ${messageOf(error)}.`);
  }
}

async function sendDatagram(
  { host, port }: SyslogOptions,
  line: Buffer,
  signal: AbortSignal,
): Promise<void> {
  signal.throwIfAborted();
  const socket = createSocket(host.includes(":") ? "udp6" : "udp4");
  try {
    await new Promise<void>((resolve, reject) => {
      signal.addEventListener("abort", () => reject(new Error("aborted")), { once: true });
      socket.on("error", reject);
      socket.send(line, port, host, (error) => (error ? reject(error) : resolve()));
    });
  } finally {
    socket.close();
  }
}

async function sendFrame(
  { host, port, transport, tls }: SyslogOptions,
  line: Buffer,
  signal: AbortSignal,
): Promise<void> {
  signal.throwIfAborted();
  const secure = {
    host,
    port,
    // A name that is an address is no name (RFC 6066, 3).
    ...(isIP(host) === 0 ? { servername: host } : {}),
    rejectUnauthorized: tls.verify,
    ...(tls.ca === undefined ? {} : { ca: tls.ca }),
  };
  const socket = transport === "tls" ? connectTls(secure) : connect({ host, port });
  try {
    await once(socket, transport === "tls" ? "secureConnect" : "connect", { signal });
    // Nothing is expected of the receiver, but its end must be read to be seen.
    socket.resume();
    socket.end(Buffer.concat([Buffer.from(`${line.length} `, "latin1"), line]));
    await once(socket, "close", { signal });
  } finally {
    socket.destroy();
  }
}

function lineOf(message: Message, { facility, hostname }: SyslogOptions): Buffer {
  const { event, action, severity, thread } = message;
  const level = action === "resolve" ? NOTICE : SEVERITIES[severity];
  const facts = [
    ["id", message.id],
    ["thread", thread],
    ["subject", subjectOf(event.data)],
    ["action", action],
  ].map(([name = "", value = ""]) => `${name}="${value.replace(/["\\\]]/g, "\\$&")}"`);
  // 32473 is the enterprise number of examples (RFC 5612); Quorate has none of its own.
  const data = `[quorate@32473 ${facts.join(" ")}]`;
  const head = `<${FACILITIES[facility] * 8 + level}>1 ${event.timestamp} ${hostname} quorate -`;
  const said = shortText(textOf(message), TEXT_CHARS_MAX).replace(/[\x00-\x1f\x7f]/g, " ");
  const line = `${head} ${event.type.slice(0, 32)} ${data} \ufeff${said}`;
  return Buffer.from(line, "utf8");
}
