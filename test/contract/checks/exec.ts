/** The exec kind under contract. */
import { noServer } from "../../helpers/no-server.ts";
import type { CheckContract } from "../check.ts";

const GOOD = 1;
const BAD = 2;
const COMMANDS: Record<number, string> = { [GOOD]: "good", [BAD]: "bad" };
const ABSENT = "it runs a program of this machine";

/** What the contract needs to know of exec. */
export const execContract: CheckContract = {
  kind: "exec",
  startGood: () => noServer(GOOD),
  startBad: () => noServer(BAD),
  startSilent: () => noServer(3),
  options: (_host, port) => ({ command: COMMANDS[port] ?? "slow" }),
  site: {
    secrets: () => undefined,
    commands: new Map([
      ["good", ["true"]],
      ["bad", ["false"]],
      ["slow", ["sleep", "0.3"]],
    ]),
  },
  looksEach: 40,
  without: { names: ABSENT, source: ABSENT, tcp: ABSENT, talk: ABSENT },
};
