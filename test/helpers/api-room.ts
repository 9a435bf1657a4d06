/** A whole aggregator with everything in it that its API's document has an example of. */
import { createAggregator } from "../../aggregator/aggregator.ts";
import { apiDocumentSchema, operationsOf } from "../../aggregator/http/openapi/shape.ts";
import type { ApiDocument, PlacedOperation } from "../../aggregator/http/openapi/shape.ts";
import { openSqliteStore } from "../../aggregator/store/sqlite.ts";
import { systemClock } from "../../shared/clock.ts";
import { silentLog } from "../../shared/log.ts";
import { seededRandom } from "../../shared/random.ts";
import type { MadeRequest } from "./api-requests.ts";

/** The aggregator, its document, and how it is asked. */
export interface ApiRoom {
  document: ApiDocument;
  operations: PlacedOperation[];
  /** Ids and names of what is there, by the path of its collection. */
  known: Map<string, string[]>;
  /** Asks in this process, as an admin unless the request says otherwise. */
  ask(request: MadeRequest): Promise<Response>;
  /** Asks over a socket. */
  askOverHttp(request: MadeRequest): Promise<Response>;
  /** Where it listens. */
  url: string;
  /** The secret of its admin. */
  secret: string;
  /** What it logged as an error. */
  errors: object[];
}

/** Whether everything is to be tried that there is time for. */
export const isThorough = process.env["QUORATE_TEST_ALL"] === "1";

/** Starts an aggregator in memory, and stops it. */
export async function withApiRoom(use: (room: ApiRoom) => Promise<void>): Promise<void> {
  const clock = systemClock({ keepAlive: false });
  const errors: object[] = [];
  const log = { ...silentLog(), error: (fields: object) => void errors.push(fields) };
  const store = openSqliteStore({ path: ":memory:", clock, log });
  const anywhere = { host: "127.0.0.1", port: 0 };
  const aggregator = createAggregator({
    store,
    clock,
    random: seededRandom(11),
    log,
    options: {
      listen: anywhere,
      grpcListen: anywhere,
      tls: null,
      insecure: false,
      heartbeatMs: 60_000,
    },
  });
  try {
    const { httpUrl } = await aggregator.start();
    const { secret } = await aggregator.registry.tokens.issue({ name: "fuzz", scope: "admin" });
    const asking =
      (send: (path: string, init: RequestInit) => Promise<Response>) =>
      ({ method, path, headers, body }: MadeRequest) => {
        const all = { authorization: `Bearer ${secret}`, ...headers };
        return send(path, { method, headers: all, ...(body === undefined ? {} : { body }) });
      };
    const ask = asking((path, init) => aggregator.ask(path, init));
    const askOverHttp = asking((path, init) => fetch(`${httpUrl}${path}`, init));
    const answer = await ask({ method: "GET", path: "/openapi.json", headers: {} });
    const document = apiDocumentSchema.parse(await answer.json());
    const operations = operationsOf(document);
    const known = new Map<string, string[]>();
    await use({ document, operations, known, ask, askOverHttp, url: httpUrl, secret, errors });
  } finally {
    await aggregator.stop(1_000);
    await store.close();
  }
}
