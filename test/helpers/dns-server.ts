/** A name server that answers by a table, or not at all. */
import { createSocket } from "node:dgram";
import { isIPv4 } from "node:net";

/** What is said of a name: an IPv4 address, a response code (RFC 1035 4.1.1), or nothing. */
export type DnsAnswer = { address: string } | { code: number } | "silence";

/** A running name server. */
export interface DnsServer {
  /** "host:port", as the option `resolver` takes it. */
  resolver: string;
  close(): Promise<void>;
}

/**
 * Starts a server, on a free port of 127.0.0.1 or on an address given as `host` and `port`; a name
 * that is not in the table does not exist (code 3).
 */
export async function startDns(
  table: Record<string, DnsAnswer>,
  { host = "127.0.0.1", port = 0 }: { host?: string; port?: number } = {},
): Promise<DnsServer> {
  const socket = createSocket("udp4");
  socket.on("message", (question, from) => {
    const reply = replyTo(question, table);
    if (reply !== undefined) socket.send(reply, from.port, from.address);
  });
  await new Promise<void>((resolve) => socket.bind(port, host, resolve));
  return {
    resolver: `${host}:${socket.address().port}`,
    close: () => new Promise((resolve) => socket.close(() => resolve())),
  };
}

function replyTo(question: Buffer, table: Record<string, DnsAnswer>): Buffer | undefined {
  const labels: string[] = [];
  let at = 12;
  for (let length = question[at] ?? 0; length > 0; length = question[at] ?? 0) {
    labels.push(question.toString("latin1", at + 1, at + 1 + length));
    at += 1 + length;
  }
  const type = question.readUInt16BE(at + 1);
  const answer = table[labels.join(".").toLowerCase()] ?? { code: 3 };
  if (answer === "silence") return undefined;
  const asked = question.subarray(12, at + 5);
  const code = "code" in answer ? answer.code : 0;
  const has = "address" in answer && type === 1 && isIPv4(answer.address);
  const header = Buffer.alloc(12);
  question.copy(header, 0, 0, 2);
  header.writeUInt16BE(0x8180 | code, 2);
  header.writeUInt16BE(1, 4);
  header.writeUInt16BE(has ? 1 : 0, 6);
  if (!has) return Buffer.concat([header, asked]);
  const address = Buffer.from(answer.address.split(".").map(Number));
  const record = Buffer.from([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 1, 0, 4]);
  return Buffer.concat([header, asked, record, address]);
}
