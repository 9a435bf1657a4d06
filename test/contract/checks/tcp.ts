/** The tcp kind under contract. */
import { afterRequest, startTarget } from "../../helpers/target-server.ts";
import type { CheckContract } from "../check.ts";

/** What the contract needs to know of tcp. */
export const tcpContract: CheckContract = {
  kind: "tcp",
  startGood: () => startTarget(afterRequest((socket) => void socket.end("+PONG\r\n"))),
  startBad: () => startTarget(afterRequest((socket) => void socket.end("-LOADING\r\n"))),
  options: (host, port) => ({ host, port, script: [{ send: "PING\r\n\r\n", expect: "+PONG" }] }),
};
