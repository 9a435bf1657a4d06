/** Messages of a PostgreSQL server, for servers that a test writes itself. */
import { encodeMessage, int32 } from "../../probe/checks/postgres-wire.ts";
import type { Cue } from "./target-server.ts";

/** AuthenticationOk. */
export const AUTH_OK = encodeMessage("R", int32(0));
/** ReadyForQuery. */
export const READY = encodeMessage("Z", "I");

/** A DataRow of one column. */
export function row(value: string): Buffer {
  return encodeMessage("D", Buffer.from([0, 1]), int32(value.length), value);
}

/** An ErrorResponse. */
export function serverError(code: string, message: string): Buffer {
  return encodeMessage("E", `SFATAL\0C${code}\0M${message}\0\0`);
}

/** A server that answers each message of the client by the next of these. */
export function postgresCue(...answers: readonly (Buffer | string)[]): Cue {
  return (socket) => {
    let at = 0;
    socket.on("data", () => {
      const answer = answers[at++];
      if (answer !== undefined) socket.write(answer);
    });
    socket.on("end", () => socket.end());
  };
}
