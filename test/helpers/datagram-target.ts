/** A server on 127.0.0.1 that answers datagrams as the test says. */
import { createSocket } from "node:dgram";

/** A running server. */
export interface DatagramTarget {
  port: number;
  /** One entry for each datagram it has got. */
  seen: string[];
  /** Always 0: datagrams need no connection. */
  open(): number;
  close(): Promise<void>;
}

/** Starts a server; `answer` gives the datagrams that are sent back, none by default. */
export async function startDatagramTarget(
  answer: (question: Buffer) => readonly Buffer[] = () => [],
): Promise<DatagramTarget> {
  const seen: string[] = [];
  const socket = createSocket("udp4");
  socket.on("message", (question, from) => {
    seen.push(question.toString("hex"));
    for (const reply of answer(question)) socket.send(reply, from.port, from.address);
  });
  await new Promise<void>((resolve) => socket.bind(0, "127.0.0.1", resolve));
  return {
    port: socket.address().port,
    seen,
    open: () => 0,
    close: () => new Promise((resolve) => socket.close(() => resolve())),
  };
}
