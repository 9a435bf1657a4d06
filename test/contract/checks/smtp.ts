/** The smtp kind under contract. */
import { dialogue } from "../../helpers/dialogue.ts";
import { startTarget } from "../../helpers/target-server.ts";
import type { CheckContract } from "../check.ts";

/** What the contract needs to know of smtp. */
export const smtpContract: CheckContract = {
  kind: "smtp",
  startGood: () =>
    startTarget(dialogue("220 mail.test ESMTP\r\n", { "EHLO localhost": "250 mail.test\r\n" })),
  startBad: () => startTarget(dialogue("421 too busy\r\n", {})),
  options: (host, port) => ({ host, port }),
};
