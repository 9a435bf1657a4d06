/** Benchmark role: a TLS server that answers every request and closes. */
import { readFileSync } from "node:fs";
import { createServer } from "node:tls";

const [file = ""] = process.argv.slice(2);
const pem = readFileSync(file, "utf8");
const ANSWER = Buffer.from("HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");

const server = createServer({ cert: pem, key: pem }, (socket) => {
  socket.on("data", () => socket.end(ANSWER));
  socket.on("error", () => socket.destroy());
});
server.on("tlsClientError", () => undefined);
server.listen(0, "127.0.0.1", () => {
  const address = server.address();
  if (typeof address === "object") process.send?.({ port: address?.port });
});
