/** Benchmark role: an HTTP server that costs as little as possible; prints its port, and counts. */
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";

const ANSWER = Buffer.from(
  "HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\ncontent-length: 2\r\nconnection: close\r\n\r\nok",
);

let counted = 0;
const server = createServer((socket) => {
  socket.on("error", () => socket.destroy());
  socket.once("data", () => {
    counted += 1;
    socket.end(ANSWER);
  });
});
server.listen({ host: "127.0.0.1", port: 0, backlog: 4096 }, () => {
  const address = server.address();
  if (isAddressInfo(address)) process.send?.({ port: address.port });
});
process.on("message", () => process.send?.({ counted }));

/** Guarantee: a server that listens on TCP has an address with a port. */
function isAddressInfo(address: string | AddressInfo | null): address is AddressInfo {
  return typeof address === "object" && address !== null;
}
