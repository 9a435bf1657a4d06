/** The icmp kind under contract. */
import { needs } from "../../helpers/needs.ts";
import { noServer } from "../../helpers/no-server.ts";
import type { CheckContract } from "../check.ts";

const BAD = 2;

/** What the contract needs to know of icmp. */
export const icmpContract: CheckContract = {
  kind: "icmp",
  ...needs("ping"),
  startGood: () => noServer(1),
  startBad: () => noServer(BAD),
  startSilent: () => noServer(3),
  options: (host, port) => ({ host, count: 1, ...(port === BAD ? { averageMsMax: 0.001 } : {}) }),
  looksEach: 40,
  without: { tcp: "it has no ports", talk: "silence is `no_reply`, shown in icmp.test.ts" },
};
