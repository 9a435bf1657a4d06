/** The dns kind: asks one question of a name server, and looks at what is answered. */
import { getServers } from "node:dns";
import { isIP } from "node:net";
import { systemRandom } from "../../shared/random.ts";
import type { CheckOutcome } from "../../shared/outcome.ts";
import type { CheckKind, PreparedCheck } from "./check.ts";
import { openConnection } from "./connect.ts";
import type { Destination } from "./connection.ts";
import { hold } from "./conversation.ts";
import { abortOfDatagram, askByDatagram } from "./datagram.ts";
import { judgeReply } from "./dns-judge.ts";
import { encodeQuestion, readReply } from "./dns-message.ts";
import { dnsSchema } from "./dns-options.ts";
import type { DnsOptions } from "./dns-options.ts";
import { startLook, whereOf } from "./look.ts";
import type { Look } from "./look.ts";
import { hostPort } from "./sentence.ts";
import { planTls } from "./tls.ts";

/** The dns kind. */
export const dnsKind: CheckKind<typeof dnsSchema> = {
  kind: "dns",
  summary: "Asks a name server one question, and looks at its answers, response code and flags.",
  schema: dnsSchema,
  secretOptions: ["tls.key"],
  examples: [
    {
      title: "A name server answers with the right addresses, and as their authority",
      options: {
        server: "ns1.example.com",
        name: "www.example.com",
        recursion: false,
        answers: ["192.0.2.10", "192.0.2.11"],
        answersMatch: "exact",
        flags: ["aa"],
      },
    },
    {
      title: "Mail is still meant for our servers, asked over TLS",
      options: {
        server: "dns.example.net",
        transport: "tls",
        name: "example.com",
        type: "MX",
        answers: ["10 mail.example.com"],
        ttlSecMin: 300,
      },
    },
  ],
  prepare: prepareDns,
};

/** A check of this kind, prepared. */
interface DnsCheck {
  options: DnsOptions;
  destination: Destination;
}

function prepareDns(options: DnsOptions): PreparedCheck {
  const { name, type, server, transport, latencyLimitMs } = options;
  const tls = transport === "tls" ? planTls(options.tls) : undefined;
  const random = systemRandom();
  const port = options.port ?? (transport === "tls" ? 853 : 53);
  const where = server === undefined ? "" : `${hostPort(server, port)}/`;
  return {
    endpoint: `dns://${where}${name}?type=${type}`,
    run(context, done) {
      const tell = server === undefined ? (seen: CheckOutcome) => done(ofResolver(seen)) : done;
      const look = startLook({ context, done: tell, secrets: [], latencyLimitMs });
      const asked = server === undefined ? systemServer() : { host: server, port };
      const { family, resolver, sourceAddress } = options;
      const destination: Destination = { ...asked, family, resolver, sourceAddress, tls };
      const id = Buffer.from(random.bytes(2)).readUInt16BE(0);
      let byDatagram = transport === "udp";
      const check: DnsCheck = { options, destination };
      const again = (): void => {
        byDatagram = false;
        askByStream(check, look, id);
      };
      if (byDatagram) askOnce(check, look, { id, again });
      else askByStream(check, look, id);
      return abortOfDatagram(look, () => byDatagram);
    },
  };
}

/** Outcomes that say that the server does not work, whatever the name asked for. */
const SILENT: ReadonlySet<string> = new Set(["no_reply", "connect_timeout", "read_timeout"]);
const BROKEN: ReadonlySet<string> = new Set([
  "connection_refused",
  "host_unreachable",
  "connection_reset",
  "connection_closed",
  "protocol_error",
]);

/** The outcome where the system's resolver is asked: what fails then is the resolver. */
function ofResolver(outcome: CheckOutcome): CheckOutcome {
  const silent = SILENT.has(outcome.reason);
  if (!silent && !BROKEN.has(outcome.reason)) return outcome;
  const reason = silent ? "resolver_timeout" : "resolver_failure";
  return { ...outcome, class: "dns", reason, source: "resolver" };
}

/** The first server of the system, as "10.0.0.2", "10.0.0.2:5353" or "[fd00::2]:53". */
function systemServer(): { host: string; port: number } {
  const text = getServers()[0] ?? "127.0.0.1";
  if (isIP(text) !== 0) return { host: text, port: 53 };
  const match = /^\[?([^\]]+)\]?:(\d+)$/.exec(text);
  return { host: match?.[1] ?? text, port: Number(match?.[2] ?? 53) };
}

interface Asking {
  id: number;
  /** Asks again by TCP, as the reply was cut (RFC 7766 5). */
  again(): void;
}

function askOnce(check: DnsCheck, look: Look, { id, again }: Asking): void {
  const { options, destination } = check;
  const question = encodeQuestion(options, id);
  nameResolver(check, look);
  askByDatagram(look, destination, {
    packet: () => question,
    message(bytes) {
      const reply = readReply(bytes, options, id);
      if (reply === "foreign") return;
      if (reply === "broken") return look.fail("protocol_error", unreadable(look));
      if (!reply.truncated) return judgeReply(look, options, reply);
      look.release();
      look.release = () => {};
      again();
    },
  });
}

function askByStream(check: DnsCheck, look: Look, id: number): void {
  const { options, destination } = check;
  const question = encodeQuestion(options, id);
  const size = Buffer.alloc(2);
  size.writeUInt16BE(question.length);
  nameResolver(check, look);
  const conversation = {
    open: (socket: { write(bytes: Buffer): boolean }) => {
      socket.write(Buffer.concat([size, question]));
    },
    take(bytes: Buffer) {
      const end = bytes.length < 2 ? Infinity : 2 + bytes.readUInt16BE(0);
      if (bytes.length < end) return 0;
      const reply = readReply(bytes.subarray(2, end), options, id);
      if (typeof reply === "string") look.fail("protocol_error", unreadable(look));
      else judgeReply(look, options, reply);
      return end;
    },
    awaited: () => "the answer",
  };
  openConnection(look, destination, hold(look, conversation));
}

/** Where the system's resolver is asked, it is the witness's resolver, not the target. */
function nameResolver({ options, destination }: DnsCheck, look: Look): void {
  if (options.server === undefined) look.resolver = hostPort(destination.host, destination.port);
}

function unreadable(look: Look): string {
  return `${whereOf(look)} answered with a message that is not of DNS.`;
}
