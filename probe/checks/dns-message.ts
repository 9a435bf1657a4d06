/** Messages of DNS (RFC 1035) by dns-packet, and answers as a zone file says them. */
import { decode, DNSSEC_OK, encode, RECURSION_DESIRED } from "dns-packet";
import type { Answer, DecodedPacket, TxtData } from "dns-packet";
import type { DnsOptions } from "./dns-options.ts";

/** What a reply says that this probe looks at. */
export interface DnsReply {
  rcode: string;
  truncated: boolean;
  /** Flags that are set, of aa, ra and ad. */
  flags: ReadonlySet<string>;
  /** Records of the type asked for, as text. */
  records: readonly { text: string; ttlSec: number }[];
}

/** Largest datagram asked for: one that is not cut into pieces on the way (DNS flag day 2020). */
const PAYLOAD_BYTES = 1_232;
const RCODES = ["NOERROR", "FORMERR", "SERVFAIL", "NXDOMAIN", "NOTIMP", "REFUSED"];

/** The question as bytes. */
export function encodeQuestion(options: DnsOptions, id: number): Buffer {
  const { name, type, recursion, dnssec } = options;
  return encode({
    type: "query",
    id,
    flags: recursion ? RECURSION_DESIRED : 0,
    questions: [{ type, name: withoutDot(name), class: "IN" }],
    additionals: [
      {
        type: "OPT",
        name: ".",
        udpPayloadSize: PAYLOAD_BYTES,
        extendedRcode: 0,
        ednsVersion: 0,
        flags: dnssec ? DNSSEC_OK : 0,
        flag_do: dnssec,
        options: [],
      },
    ],
  });
}

/**
 * Reads a reply. `foreign`: it is not one to this question (another id or name), which a stranger
 * may have sent; `broken`: it is, but cannot be read.
 */
export function readReply(
  bytes: Buffer,
  options: DnsOptions,
  id: number,
): DnsReply | "foreign" | "broken" {
  if (bytes.length < 12 || bytes.readUInt16BE(0) !== id || (bytes[2] ?? 0) < 128) return "foreign";
  let packet: DecodedPacket;
  try {
    packet = decode(bytes);
  } catch {
    return "broken";
  }
  const [question] = packet.questions ?? [];
  // A server that could not read the question may leave it out (FORMERR, RFC 1035 4.1.1).
  if (question !== undefined && !isQuestion(question, options)) return "foreign";
  return replyOf(packet, bytes, options.type);
}

function isQuestion(question: { name: string; type: string }, options: DnsOptions): boolean {
  return nameText(question.name) === nameText(options.name) && question.type === options.type;
}

function replyOf(packet: DecodedPacket, bytes: Buffer, type: string): DnsReply {
  const code = (bytes[3] ?? 0) & 15;
  const flags = new Set<string>();
  if (packet.flag_aa) flags.add("aa");
  if (packet.flag_ra) flags.add("ra");
  if (packet.flag_ad) flags.add("ad");
  const records = (packet.answers ?? []).flatMap((answer) => {
    if (answer.type !== type || answer.type === "OPT" || !("ttl" in answer)) return [];
    return [{ text: recordText(answer), ttlSec: answer.ttl ?? 0 }];
  });
  return { rcode: RCODES[code] ?? `RCODE${code}`, truncated: packet.flag_tc, flags, records };
}

function withoutDot(name: string): string {
  return name.length > 1 && name.endsWith(".") ? name.slice(0, -1) : name;
}

/** Names compare without case and without the last dot. */
function nameText(name: string): string {
  return withoutDot(name === "" ? "." : name).toLowerCase();
}

function recordText(answer: Exclude<Answer, { type: "OPT" }>): string {
  switch (answer.type) {
    case "A":
    case "AAAA":
      return answer.data;
    case "CNAME":
    case "NS":
      return nameText(answer.data);
    case "MX":
      return `${answer.data.preference ?? 0} ${nameText(answer.data.exchange)}`;
    case "TXT":
      return txtText(answer.data);
    case "SRV": {
      const { priority = 0, weight = 0, port, target } = answer.data;
      return `${priority} ${weight} ${port} ${nameText(target)}`;
    }
    case "CAA": {
      const { flags = 0, tag, value } = answer.data;
      return `${flags} ${tag} ${value}`;
    }
    case "SOA": {
      const { mname, rname, serial = 0, refresh = 0, retry = 0, expire = 0 } = answer.data;
      const times = `${serial} ${refresh} ${retry} ${expire} ${answer.data.minimum ?? 0}`;
      return `${nameText(mname)} ${nameText(rname)} ${times}`;
    }
    default:
      return "";
  }
}

function txtText(data: TxtData): string {
  const parts = Array.isArray(data) ? data : [data];
  return parts.map((part) => (typeof part === "string" ? part : part.toString("utf8"))).join("");
}

/** An expected answer as `recordText` says it: names and addresses in lower case, one space. */
export function expectedText(text: string, type: DnsOptions["type"]): string {
  if (type === "TXT") return text;
  const words = text.trim().split(/\s+/);
  const lower = words.map((word) => nameText(word));
  return type === "CAA" ? words.join(" ") : lower.join(" ");
}
