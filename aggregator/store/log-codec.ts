/** How an event stands in a row of the log. */
import { LogBody } from "../../shared/proto/gen/quorate/v1/log.ts";
import type { ResultsReceived } from "../../shared/proto/gen/quorate/v1/log.ts";
import { ResultBatch } from "../../shared/proto/gen/quorate/v1/mesh.ts";
import type { EventBody } from "../verdict/event.ts";
import { fromJson } from "./json.ts";
import { DamagedError } from "./store-error.ts";

/** Kinds of log rows that the store tells apart without decoding them. */
export const LOG_KINDS = { other: 0, results: 1, heartbeat: 2, tick: 3 } as const;

/** The kind of row of an event. */
export function logKind(body: EventBody): number {
  if (body.type === "results") return LOG_KINDS.results;
  if (body.type === "heartbeat") return LOG_KINDS.heartbeat;
  return body.type === "tick" ? LOG_KINDS.tick : LOG_KINDS.other;
}

/** The body of a row: results keep the bytes of the wire, everything else is JSON. */
export function encodeLogBody(body: EventBody): Uint8Array {
  if (body.type !== "results") {
    return LogBody.encode({ body: { $case: "eventJson", value: JSON.stringify(body) } }).finish();
  }
  const { probeId, boot, sequence, sentMonoMs, replayed, bytes } = body;
  const batch = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const value = { probeId, boot, sequence, sentMonoMs, replayed, batch };
  return LogBody.encode({ body: { $case: "results", value } }).finish();
}

/** The event of a row. Throws DamagedError when the row is damaged. */
export function decodeLogBody(bytes: Uint8Array): EventBody {
  return orDamaged(() => {
    const { body } = LogBody.decode(bytes);
    if (body?.$case === "eventJson") return fromJson<EventBody>(body.value);
    if (body?.$case !== "results") throw new DamagedError("a row of the log");
    const { batch: raw, ...envelope } = body.value;
    return { type: "results", ...envelope, batch: ResultBatch.decode(raw), bytes: raw };
  });
}

/** The envelope of a row of kind results, its batch not yet decoded. */
export function decodeEnvelope(bytes: Uint8Array): ResultsReceived {
  return orDamaged(() => {
    const { body } = LogBody.decode(bytes);
    if (body?.$case !== "results") throw new DamagedError("a row of the log");
    return body.value;
  });
}

/** Whatever a decoder throws says that the row is damaged. */
function orDamaged<T>(decode: () => T): T {
  try {
    return decode();
  } catch (error) {
    throw new DamagedError("a row of the log", error);
  }
}
