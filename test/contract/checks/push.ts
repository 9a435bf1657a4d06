/** The push kind under contract. */
import { systemClock } from "../../../shared/clock.ts";
import { noServer } from "../../helpers/no-server.ts";
import type { CheckContract } from "../check.ts";

const GOOD = 1;
const BAD = 2;
const KEY = "k".repeat(16);
const ABSENT = "the target comes to the probe";

/** What the contract needs to know of push. */
export const pushContract: CheckContract = {
  kind: "push",
  startGood: () => noServer(GOOD),
  startBad: () => noServer(BAD),
  startSilent: () => noServer(3),
  options: () => ({ key: KEY }),
  ready(check, port) {
    if (port > BAD) return;
    const atMonoMs = systemClock().monoMs();
    check.receive?.({ key: KEY, failed: port === BAD, message: "full", atMonoMs });
  },
  without: { names: ABSENT, source: ABSENT, tcp: ABSENT, talk: ABSENT },
};
