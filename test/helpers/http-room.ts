/** The HTTP side of an aggregator for tests: a real store in memory, a fake engine and sessions. */
import assert from "node:assert/strict";
import { createReplays } from "../../aggregator/engine/replays.ts";
import { DEFAULT_SETTINGS } from "../../aggregator/verdict/settings.ts";
import { createAuditTrail } from "../../aggregator/audit/trail.ts";
import { createEventBus } from "../../aggregator/bus.ts";
import type { HttpApp } from "../../aggregator/http/app.ts";
import { createHttpApp } from "../../aggregator/http/app.ts";
import type { HttpDeps } from "../../aggregator/http/context.ts";
import * as notifiers from "../../aggregator/notifiers/index.ts";
import type { EventBus, MeshSessions, RecheckRequest, Store } from "../../aggregator/ports.ts";
import type { TokenScope } from "../../aggregator/ports.ts";
import { createRevocations } from "../../aggregator/revocations.ts";
import { createRegistry } from "../../aggregator/registry/registry.ts";
import { openConnection } from "../../aggregator/store/connection.ts";
import { createSqliteStore } from "../../aggregator/store/sqlite.ts";
import * as checks from "../../probe/checks/index.ts";
import { problemSchema } from "../../shared/api/problem.ts";
import type { Problem } from "../../shared/api/problem.ts";
import type { PublicEvent } from "../../shared/event.ts";
import { silentLog } from "../../shared/log.ts";
import { seededRandom } from "../../shared/random.ts";
import { createFakeEngine } from "./fake-engine.ts";
import type { FakeEngine } from "./fake-engine.ts";
import { simClock } from "./sim-clock.ts";
import type { SimClock } from "./sim-clock.ts";

/** One request of a test; `token` default is one of scope admin, null sends none. */
export interface Call {
  token?: string | null;
  body?: unknown;
  headers?: Record<string, string>;
}

/** What came back. */
export interface Answer {
  status: number;
  headers: Headers;
  body: unknown;
}

/** A token that a test wants. */
export interface WantedToken {
  scope: TokenScope | null;
  labels?: Record<string, string>;
}

/** The room. */
export interface HttpRoom {
  app: HttpApp;
  store: Store;
  engine: FakeEngine;
  clock: SimClock;
  bus: EventBus;
  /** What the sessions and the delivery worker were told, in order. */
  told: string[];
  rechecks: RecheckRequest[];
  /** Probes that are connected. */
  connected: Set<string>;
  /** Every byte that is stored, for tests that look for what must not be. */
  everythingStored(): string;
  /** A token of this scope; the same one each time. */
  token(scope: TokenScope): Promise<string>;
  /** A new token, bound to labels if there are any; null for no scope. */
  secret(wanted: WantedToken): Promise<string | null>;
  /** `call("GET /api/v1/targets")`. */
  call(request: string, call?: Call): Promise<Answer>;
  /** Calls, and asserts the status. */
  expect(status: number, request: string, call?: Call): Promise<Answer>;
  /** Calls, asserts that it is refused with this status, and gives the problem. */
  refused(status: number, request: string, call?: Call): Promise<Problem>;
  /** Commits events, and publishes them. */
  happen(...events: readonly PublicEvent[]): Promise<void>;
  close(): Promise<void>;
}

/** Opens a room for one test, and closes it. */
export async function withHttpRoom(use: (room: HttpRoom) => Promise<void>): Promise<void> {
  const room = openHttpRoom();
  try {
    await use(room);
  } finally {
    await room.close();
  }
}

const CHECKS = {
  names: checks.CHECK_KINDS.map(({ kind }) => kind),
  prepare: checks.prepareCheck,
  redact: checks.redactOptions,
  merge: checks.mergeSecretOptions,
  describe: checks.describeKinds,
};

const NOTIFIERS = {
  names: notifiers.NOTIFIER_KINDS.map(({ kind }) => kind),
  prepare: notifiers.prepareNotifier,
  redact: notifiers.redactOptions,
  merge: notifiers.mergeSecretOptions,
};

const STATUS = {
  connected: true,
  version: "1",
  hostname: "h",
  kinds: ["tcp"],
  healthAddress: null,
  lastHeartbeatAtMs: 1,
  eventLoopLagMs: 1,
  cpuMilli: 1,
  rssBytes: 1,
  loadMilli: 1,
  runningChecks: 0,
  skippedChecks: 0,
  spooledBatches: 0,
  droppedBatches: 0,
  canaries: [],
  mustFailHeld: true,
  lastOutage: null,
};

function fakeSessions(room: Pick<HttpRoom, "told" | "rechecks" | "connected">): MeshSessions {
  return {
    status: (probeId) => (room.connected.has(probeId) ? STATUS : null),
    targetChanged: ({ spec }) => void room.told.push(`changed ${spec.name}`),
    targetDeleted: ({ spec }) => void room.told.push(`deleted ${spec.name}`),
    probesChanged: () => void room.told.push("probes"),
    recheck: (request) => void room.rechecks.push(request),
    reach: () => ({ atMs: 0, canaries: [], answersOf: () => [] }),
    canariesChanged: () => undefined,
  };
}

const sendTest: HttpDeps["sendTest"] = async ({ spec }) => {
  const detail = `Sent to ${spec.name}.`;
  return { ok: true, status: 204, detail, retry: false, retryAfterMs: null };
};

/** Opens a room; `over` replaces what the app is given. */
export function openHttpRoom(over: (deps: HttpDeps) => Partial<HttpDeps> = () => ({})): HttpRoom {
  const clock = simClock();
  const log = silentLog();
  const random = seededRandom(7);
  const connection = openConnection({ path: ":memory:", log });
  const bare = createSqliteStore(connection, clock);
  const audit = createAuditTrail({ store: bare, clock, log });
  const { store } = audit;
  const engine = createFakeEngine(store, clock);
  const bus = createEventBus({ log });
  const told: string[] = [];
  const rechecks: RecheckRequest[] = [];
  const parts = { told, rechecks, connected: new Set<string>() };
  const sessions = fakeSessions(parts);
  const revocations = createRevocations();
  const base = { engine, store, bus, revocations, audit, sessions, clock, random, log };
  const kinds = { kinds: CHECKS, notifiers: NOTIFIERS };
  const channelsChanged = (): void => void parts.told.push("channels");
  const replays = createReplays({ ...base, settings: DEFAULT_SETTINGS });
  const deps: HttpDeps = {
    ...base,
    replays,
    ...kinds,
    registry: createRegistry({
      ...base,
      ...kinds,
      engine: audit.watch(engine),
      channelsChanged,
    }),
    sendTest,
    wakeDelivery: () => void parts.told.push("wake"),
    grpcAddress: () => "127.0.0.1:7701",
    version: "0.0.0-test",
  };
  const app = createHttpApp({ ...deps, ...over(deps) });
  const token = tokenBox(deps);
  const call = caller(app, token);
  return {
    app,
    store,
    engine,
    clock,
    bus,
    ...parts,
    everythingStored: () => connection.db.serialize().toString("latin1"),
    token,
    secret: secretMaker(deps),
    call,
    ...assertingCalls(call),
    happen: async (...events) => bus.publish(await commitEvents(store, clock, events)),
    close: async () => {
      app.close();
      await replays.close();
      await store.close();
    },
  };
}

/** Calls that assert what is answered. */
function assertingCalls(call: HttpRoom["call"]): Pick<HttpRoom, "expect" | "refused"> {
  const expect: HttpRoom["expect"] = async (status, request, options) => {
    const answer = await call(request, options);
    assert.equal(answer.status, status, `${request}: ${JSON.stringify(answer.body)}`);
    return answer;
  };
  return {
    expect,
    refused: async (status, request, options) => {
      const answer = await expect(status, request, options);
      assert.equal(answer.headers.get("content-type"), "application/problem+json");
      return problemSchema.parse(answer.body);
    },
  };
}

function secretMaker({ registry }: HttpDeps): HttpRoom["secret"] {
  return async ({ scope, labels }) => {
    if (scope === null) return null;
    const name = labels === undefined ? `new-${scope}` : `bound-${scope}`;
    return (await registry.tokens.issue({ name, scope, labels })).secret;
  };
}

function tokenBox({ registry }: HttpDeps): (scope: TokenScope) => Promise<string> {
  const secrets = new Map<TokenScope, Promise<string>>();
  return (scope) => {
    const issued = () => registry.tokens.issue({ name: `a-${scope}`, scope });
    const secret = secrets.get(scope) ?? issued().then((one) => one.secret);
    secrets.set(scope, secret);
    return secret;
  };
}

function caller(app: HttpApp, tokenOf: HttpRoom["token"]): HttpRoom["call"] {
  return async (request, { token, body, headers = {} } = {}) => {
    const [method = "GET", path = "/"] = request.split(" ");
    const sent = new Headers(headers);
    const secret = token === undefined ? await tokenOf("admin") : token;
    if (secret !== null) sent.set("authorization", `Bearer ${secret}`);
    const init: RequestInit = { method, headers: sent };
    if (body !== undefined) {
      if (!sent.has("content-type")) sent.set("content-type", "application/json");
      init.body = typeof body === "string" ? body : JSON.stringify(body);
    }
    const response = await app.request(path, init);
    const text = await response.text();
    const isJson = response.headers.get("content-type")?.includes("json") === true;
    const found: unknown = isJson && text !== "" ? JSON.parse(text) : text;
    return { status: response.status, headers: response.headers, body: found };
  };
}

function commitEvents(store: Store, clock: SimClock, events: readonly PublicEvent[]) {
  const nothing = { tick: null, transitions: [], incidents: [], notifications: [], spans: [] };
  return store.events.commit({ atMs: clock.wallMs(), events, ...nothing });
}
