/** The redis kind under contract. */
import { startTarget } from "../../helpers/target-server.ts";
import type { CheckContract } from "../check.ts";

/** What the contract needs to know of redis. */
export const redisContract: CheckContract = {
  kind: "redis",
  startGood: () => startTarget((socket) => socket.on("data", () => void socket.end("+PONG\r\n"))),
  startBad: () => startTarget((socket) => socket.on("data", () => void socket.end("-LOADING\r\n"))),
  options: (host, port) => ({ host, port }),
};
