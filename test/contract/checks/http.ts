/** The http kind under contract. */
import { answers, startTarget } from "../../helpers/target-server.ts";
import type { CheckContract } from "../check.ts";

/** What the contract needs to know of http. */
export const httpContract: CheckContract = {
  kind: "http",
  startGood: () => startTarget(answers({ body: "well" })),
  startBad: () => startTarget(answers({ status: 503 })),
  options: (host, port) => ({ url: `http://${host}:${port}/health` }),
};
