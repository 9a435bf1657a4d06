/** The handshake of a WebSocket server, for servers that a test writes itself. */
import { createHash } from "node:crypto";
import type { Socket } from "node:net";
import { afterRequest } from "./target-server.ts";
import type { Cue } from "./target-server.ts";

/** The right answer to the request that was seen last, with more header lines. */
export function acceptance(seen: readonly string[], more = ""): string {
  const key = /sec-websocket-key: (\S+)/.exec(seen.at(-1) ?? "")?.[1] ?? "";
  const guid = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
  const accept = createHash("sha1").update(`${key}${guid}`).digest("base64");
  const head =
    "HTTP/1.1 101 Switching\r\nUpgrade: WebSocket\r\nConnection: keep-alive, Upgrade\r\n";
  return `${head}Sec-WebSocket-Accept: ${accept}\r\n${more}\r\n`;
}

/** Shakes hands rightly, and then does this. */
export function shakesHands(then: (socket: Socket) => void, more = ""): Cue {
  return afterRequest((socket, seen) => {
    socket.write(acceptance(seen, more));
    then(socket);
  });
}
