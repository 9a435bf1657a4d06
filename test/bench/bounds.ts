/** What bounds a figure that falls short of its aim, as measured; test/bench/NOTES.md has more. */
export const BOUNDS = {
  bulk: "each target is validated, logged, stored, audited, told and folded, 0.12 ms of one thread",
  growth: "caches of the machine: 1,000 targets fit, the 193 MB of evidence of 100,000 do not",
  memory: "evidence 193 MB, targets as objects 170, a fifth of garbage, and 120 of Node and code",
  commit: "a snapshot, packing or a window of very many targets fell into the time",
  snapshot: "parts are written between batches by the same thread",
  restart: "6 s of CPU: the targets' JSON, their evidence, the replay, and 1 s of Node and code",
  history: "3,600 rows become objects of SQLite, sketches and buckets, by code not yet compiled",
  stormApi: "one thread folds 50,000 failures and opens 10,000 incidents in some seconds",
  readers: "2,000 sockets take a million events a second; their readers share the two cores",
  http: "raw node:net is in the first line: system calls of libuv are 55 % of the busy time",
  secure: "the fixed costs of a look, and a baseline that varies from run to run",
  overload: "what is left of the two cores to the probe; see passed checks a second of CPU",
  workers: "the cores that the probe got are in the next line; others have the rest",
  size: "Node itself is 42 MiB, its net, tls and http2 6, grpc-js 6, zod with a schema 7",
  mesh: "three probes at 9 % of a core and an aggregator",
  stormTime:
    "300 MB of events and transitions, written twice by SQLite, and a heap that is kept small",
} as const;
