/** Packets of a MySQL server, for servers that a test writes itself. */
import { encodePacket } from "../../probe/checks/mysql-wire.ts";
import type { Cue } from "./target-server.ts";

/** What proves a password must hold. */
export const SALT = Buffer.from("abcdefghijklmnopqrst");

/** A greeting that asks for this plugin; with the flag of TLS if told so. */
export function greeting(plugin: string, tls = false): Buffer {
  const flags = 0xf7ff + (tls ? 0x800 : 0);
  return encodePacket(
    0,
    [10],
    "8.4.0-test\0",
    [7, 0, 0, 0],
    SALT.subarray(0, 8),
    [0, flags & 255, flags >> 8, 45, 2, 0, 0xff, 0x81, 21],
    Buffer.alloc(10),
    SALT.subarray(8),
    [0],
    `${plugin}\0`,
  );
}

/** An OK packet. */
export const ok = (sequence: number): Buffer => encodePacket(sequence, [0, 0, 0, 2, 0, 0, 0]);
/** An ERR packet. */
export const mysqlError = (sequence: number, code: number, message: string): Buffer =>
  encodePacket(sequence, [255, code & 255, code >> 8], `#HY000${message}`);

const end = (sequence: number): Buffer => encodePacket(sequence, [0xfe, 0, 0, 2, 0]);

/** The answer to a query: one column, one row. */
export function oneRow(value: string): Buffer {
  const column = encodePacket(2, "\x03def");
  const row = encodePacket(4, [value.length], value);
  return Buffer.concat([encodePacket(1, [1]), column, end(3), row, end(5)]);
}

/** A server that greets, and answers each packet of the client by the next of these. */
export function mysqlCue(first: Buffer | string, ...answers: readonly Buffer[]): Cue {
  return (socket, seen) => {
    let at = 0;
    socket.write(first);
    socket.on("data", (bytes: Buffer) => {
      seen.push(bytes.toString("hex"));
      const answer = answers[at++];
      if (answer !== undefined) socket.write(answer);
    });
    socket.on("end", () => socket.end());
  };
}
