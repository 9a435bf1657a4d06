/** Variables of the environment that the command reads, for its help and its man page. */
import type { Entry } from "./pages.ts";

/** The variables, in the order in which they matter. */
export const ENVIRONMENT: readonly Entry[] = [
  { term: "QUORATE_URL", description: "address of the API (default http://127.0.0.1:7700)" },
  {
    term: "QUORATE_TOKEN",
    description: "bearer token; without it, ./.quorate/admin.token for a local address",
  },
  {
    term: "QUORATE_CONTEXT",
    description: "name of a context, made by `quorate context set`",
  },
  { term: "QUORATE_PROBE_TOKEN", description: "token of `quorate probe`" },
  {
    term: "QUORATE_SECRET_NAME",
    description: "secret of a probe that checks name as ${secret:name}",
  },
  {
    term: "QUORATE_TARGETS",
    description: 'made by `quorate aggregator` when missing: "a=https://a/, b=tcp://b:1"',
  },
  {
    term: "NO_COLOR",
    description: "set: no colours; FORCE_COLOR=1: colours wherever it is written to",
  },
];
