/** The mysql kind under contract. */
import { greeting, mysqlCue, mysqlError, ok, oneRow } from "../../helpers/mysql-words.ts";
import { startTarget } from "../../helpers/target-server.ts";
import type { CheckContract } from "../check.ts";

const NATIVE = "mysql_native_password";

/** What the contract needs to know of mysql. */
export const mysqlContract: CheckContract = {
  kind: "mysql",
  startGood: () => startTarget(mysqlCue(greeting(NATIVE), ok(2), oneRow("1"))),
  startBad: () => startTarget(mysqlCue(mysqlError(0, 1040, "Too many connections"))),
  options: (host, port) => ({ host, port, user: "ann" }),
};
