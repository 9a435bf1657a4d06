/** The multistep kind under contract. */
import { answers, startTarget } from "../../helpers/target-server.ts";
import type { CheckContract } from "../check.ts";

/** What the contract needs to know of multistep. */
export const multistepContract: CheckContract = {
  kind: "multistep",
  startGood: () => startTarget(answers({ body: '{"id": 7}' })),
  startBad: () => startTarget(answers({ status: 503 })),
  options: (host, port) => ({
    steps: [
      { name: "ask", url: `http://${host}:${port}/a`, carry: { id: { json: "json.id" } } },
      { name: "use", url: `http://${host}:${port}/b/{{id}}` },
    ],
  }),
};
