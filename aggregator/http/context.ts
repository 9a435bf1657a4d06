/** What every route works with. */
import type { HttpBindings } from "@hono/node-server";
import type { OpenAPIHono } from "@hono/zod-openapi";
import type { Context } from "hono";
import type { ApiKind } from "../../shared/api/kind.ts";
import type { Channel } from "../../shared/channel.ts";
import type { Clock } from "../../shared/clock.ts";
import type { Log } from "../../shared/log.ts";
import type { OidcOptions } from "../../shared/oidc.ts";
import type { Random } from "../../shared/random.ts";
import type { Engine, EventBus, MeshSessions, PreparedNotifier, Replays } from "../ports.ts";
import type { AuditTrail, Backups, Revocations, SendOutcome, Store, Token } from "../ports.ts";
import type { Registry } from "../registry/registry.ts";
import type { OptionKinds } from "../registry/writes.ts";
import type { Caller } from "./caller.ts";
import type { OriginOptions, Origins } from "./origins.ts";
import type { StatusRenderer } from "./status-renderer.ts";

/** What an operator says of who may ask, and from where. */
export interface AccessOptions extends OriginOptions {
  /** Whether /verdict and /badge answer anybody, without a token. Default false. */
  publicVerdicts?: boolean | undefined;
  /** Where people sign in, beside tokens. Default nowhere. Needs `publicUrl`. */
  oidc?: OidcOptions | undefined;
  /** Origins of other sites whose pages may ask with a token of theirs. Default none. */
  corsOrigins?: readonly string[] | undefined;
}

/** What the HTTP side of the aggregator works with. */
export interface HttpDeps extends AccessOptions {
  engine: Engine;
  store: Store;
  bus: EventBus;
  sessions: MeshSessions;
  registry: Registry;
  revocations: Revocations;
  audit: AuditTrail;
  replays: Replays;
  /** Makes backups; absent: there is no data directory. */
  backups?: Backups | undefined;
  /** Kinds of check; for masking secrets, for the list of kinds and for the document. */
  kinds: DescribedKinds;
  /** Kinds of notifier. */
  notifiers: OptionKinds<Pick<PreparedNotifier, "destination">>;
  /** Sends a test message over a channel, once. */
  sendTest: (channel: Channel) => Promise<SendOutcome>;
  /** Told after a requeue, so that the outbox is looked at. */
  wakeDelivery: () => void;
  /** Where probes dial, as HOST:PORT; for the join command. */
  grpcAddress: () => string;
  /** Further flags of the join command, such as `--insecure`. Default none. */
  joinFlags?: readonly string[];
  /** Answers for the pages of the dashboard; null for all else. Default: there is none. */
  dashboard?: ((request: Request) => Promise<Response | null>) | undefined;
  /** Makes the texts of status pages. Default: there are none. */
  statusRenderer?: StatusRenderer | undefined;
  clock: Clock;
  random: Random;
  log: Log;
  version: string;
}

/** Kinds of check that say what they can be told. */
export interface DescribedKinds extends OptionKinds<unknown> {
  describe(): ApiKind[];
}

/** What a request carries through the middleware. */
export interface AppEnv {
  Bindings: Partial<HttpBindings>;
  Variables: {
    /** The caller: a token, or a browser session; set on every route that needs a scope. */
    token: Caller;
    /** The caller's secret, of its token or cookie; what it repeats is sealed with it. */
    secret: string;
  };
}

/** The app that routes are added to. */
export type App = OpenAPIHono<AppEnv>;

/** What routes work with: the dependencies, and the streams that must end with the app. */
export interface RouteContext extends HttpDeps {
  origins: Origins;
  /** Keeps that somebody signed in, or failed to; `error` is the code of the failure. */
  signedIn: (c: Context<AppEnv>, who: Caller | string, error: string) => Promise<void>;
  /** The token of a secret; throws unauthenticated, and counts who guesses. */
  checkSecret: (c: Context<AppEnv>, secret: string) => Promise<Token>;
  /** Whether a caller that was let in would be let in again. */
  isStillValid: (caller: Caller, secret: string) => Promise<boolean>;
  /** Aborted when the app closes. */
  closing: AbortSignal;
  /** Event streams that are open; for the metrics. */
  streams: Set<object>;
}
