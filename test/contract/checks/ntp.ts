/** The ntp kind under contract. */
import { startDatagramTarget } from "../../helpers/datagram-target.ts";
import { startNtp } from "../../helpers/ntp-target.ts";
import type { CheckContract } from "../check.ts";

/** What the contract needs to know of ntp. */
export const ntpContract: CheckContract = {
  kind: "ntp",
  startGood: () => startNtp(),
  startBad: () => startNtp({ offsetMs: 60_000 }),
  startSilent: () => startDatagramTarget(),
  options: (host, port) => ({ host, port }),
  without: { tcp: "it asks by UDP", talk: "silence is `no_reply`, shown in ntp.test.ts" },
};
