/** Benchmark role: a receiver of webhooks that costs as little as possible; prints its port. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

let received = 0;
const server = createServer((request, response) => {
  request.resume();
  request.on("end", () => {
    received += 1;
    response.writeHead(204).end();
  });
});
server.keepAliveTimeout = 60_000;
server.listen({ host: "127.0.0.1", port: 0, backlog: 4096 }, () => {
  const address = server.address();
  if (isAddressInfo(address)) process.send?.({ port: address.port });
});
process.on("message", () => process.send?.({ received }));

/** Guarantee: a server that listens on TCP has an address with a port. */
function isAddressInfo(address: string | AddressInfo | null): address is AddressInfo {
  return typeof address === "object" && address !== null;
}
