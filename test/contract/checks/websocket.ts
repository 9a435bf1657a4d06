/** The websocket kind under contract. */
import { answers, startTarget } from "../../helpers/target-server.ts";
import { shakesHands } from "../../helpers/websocket-words.ts";
import type { CheckContract } from "../check.ts";

/** What the contract needs to know of websocket. */
export const websocketContract: CheckContract = {
  kind: "websocket",
  startGood: () => startTarget(shakesHands(() => undefined)),
  startBad: () => startTarget(answers({ status: 503 })),
  options: (host, port) => ({ url: `ws://${host}:${port}/live` }),
};
