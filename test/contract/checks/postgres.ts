/** The postgres kind under contract. */
import { AUTH_OK, postgresCue, READY, row, serverError } from "../../helpers/postgres-words.ts";
import { startTarget } from "../../helpers/target-server.ts";
import type { CheckContract } from "../check.ts";

/** What the contract needs to know of postgres. */
export const postgresContract: CheckContract = {
  kind: "postgres",
  startGood: () =>
    startTarget(postgresCue(Buffer.concat([AUTH_OK, READY]), Buffer.concat([row("1"), READY]))),
  startBad: () => startTarget(postgresCue(serverError("57P03", "starting up"))),
  options: (host, port) => ({ host, port, user: "ann" }),
};
