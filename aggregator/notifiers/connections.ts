/** Connections to receivers, kept for the next message and closed when none comes. */
import { Pool } from "undici";
import { LIMITS } from "../../shared/limits.ts";

/** Where a connection goes, and what it takes to make one. */
export interface ConnectionTerms {
  origin: string;
  tls: { verify: boolean; ca?: string | undefined };
  /** Ends the socket of an attempt that was aborted while it was still connecting. */
  connectTimeoutMs: number;
}

/**
 * Time that an idle connection is kept, less when the receiver says so. Shorter opens more of them;
 * longer meets more receivers that closed theirs meanwhile. An idle one does not keep the process.
 */
const KEEP_ALIVE_MS = 4_000;

const pools = new Map<string, Pool>();

/** The connections on these terms; those used longest ago make room for others. */
export function connectionsTo({ origin, tls, connectTimeoutMs }: ConnectionTerms): Pool {
  const key = JSON.stringify([origin, tls.verify, tls.ca, connectTimeoutMs]);
  const pool = pools.get(key) ?? openPool({ origin, tls, connectTimeoutMs });
  // Put at the end again: a map is in the order of its making.
  pools.delete(key);
  pools.set(key, pool);
  for (const [oldest, unused] of pools) {
    if (pools.size <= LIMITS.receiverOriginsMax) break;
    pools.delete(oldest);
    // What is on its way over it ends first.
    void unused.close();
  }
  return pool;
}

function openPool({ origin, tls, connectTimeoutMs }: ConnectionTerms): Pool {
  return new Pool(origin, {
    connections: LIMITS.receiverConnectionsMax,
    connect: { rejectUnauthorized: tls.verify, ...(tls.ca === undefined ? {} : { ca: tls.ca }) },
    connectTimeout: connectTimeoutMs,
    keepAliveTimeout: KEEP_ALIVE_MS,
    keepAliveMaxTimeout: KEEP_ALIVE_MS,
    // The deadline comes by the signal, from the caller's clock.
    headersTimeout: 0,
    bodyTimeout: 0,
  });
}
