/**
 * Kills an aggregator again and again while transitions flow to a receiver that fails, hangs and
 * asks to wait, and looks at what arrived: every message at least once, in order for each target,
 * and nothing announced that a fold of the log does not give.
 */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { openSqliteStore } from "../../aggregator/store/sqlite.ts";
import { settingsFor } from "../../aggregator/verdict/settings.ts";
import { createState } from "../../aggregator/verdict/state.ts";
import { step } from "../../aggregator/verdict/step.ts";
import type { Store } from "../../aggregator/ports.ts";
import { sleep, systemClock } from "../../shared/clock.ts";
import { silentLog } from "../../shared/log.ts";
import { seededRandom } from "../../shared/random.ts";
import { tempDirectory } from "./store-data.ts";
import { startWebhookReceiver } from "./webhook-receiver.ts";
import type { Answer, Received } from "./webhook-receiver.ts";

const CHILD = fileURLToPath(new URL("./crash-child.ts", import.meta.url));

/** Longest life of a child after it is ready. */
const LIFE_MS_MAX = 700;

/** What a run came to. */
export interface CrashReport {
  kills: number;
  /** Notifications of the outbox; all of them arrived. */
  messages: number;
  /** Requests that the receiver got, repetitions and refusals counted. */
  requests: number;
}

/** Runs, kills `kills` times, drains, and throws when something is not as it must be. */
export async function runCrashes(kills: number, seed: number): Promise<CrashReport> {
  const random = seededRandom(seed);
  const clock = systemClock();
  const directory = tempDirectory();
  const receiver = await startWebhookReceiver();
  const path = join(directory.path, "quorate.db");
  try {
    receiver.each(() => moodOf(random.float()));
    for (let kill = 0; kill < kills; kill += 1) {
      const child = startChild(path, receiver.url, `${seed + kill}`);
      await child.ready;
      await sleep(clock, random.float() * LIFE_MS_MAX);
      child.kill();
      await child.ended;
    }
    receiver.each(() => ({ status: 204 }));
    const last = startChild(path, receiver.url, `${seed}`, "drain");
    assert.equal(await last.ended, 0, "the last life delivers what is left, and ends");
    const store = openSqliteStore({ path, clock, log: silentLog() });
    const messages = await judge(store, receiver.received);
    await store.close();
    return { kills, messages, requests: receiver.received.length };
  } finally {
    await receiver.close();
    directory.remove();
  }
}

function moodOf(dice: number): Answer {
  if (dice < 0.1) return { status: 500 };
  if (dice < 0.14) return { status: 429, headers: { "retry-after": "1" } };
  if (dice < 0.17) return "hang";
  if (dice < 0.2) return "reset";
  return { status: 204 };
}

interface Child {
  ready: Promise<void>;
  /** Exit code; null when it was killed. */
  ended: Promise<number | null>;
  kill(): void;
}

function startChild(path: string, url: string, ...rest: string[]): Child {
  const child = spawn(process.execPath, ["--import", "tsx", CHILD, path, url, ...rest], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = once(child, "close").then(() => child.exitCode);
  const ready = new Promise<void>((resolve, reject) => {
    child.stdout.once("data", () => resolve());
    child.once("close", () => reject(new Error("The child ended before it was ready.")));
  });
  // A drain is not waited for to be ready.
  ready.catch(() => undefined);
  return { ready, ended, kill: () => void child.kill("SIGKILL") };
}

/** Holds what arrived against the outbox and against a fold of the log; gives the messages. */
async function judge(store: Store, received: readonly Received[]): Promise<number> {
  const wanted = new Map<string, string>();
  let cursor: string | undefined;
  do {
    const page = await store.notifications.list({ limit: 1_000, cursor });
    for (const { id, body, state } of page.rows) {
      // Withheld is a decision, such as that a target flaps; then it must not arrive.
      if (state === "withheld") continue;
      assert.equal(state, "delivered", `${id} is ${state}`);
      wanted.set(id, body);
    }
    cursor = page.next ?? undefined;
  } while (cursor !== undefined);
  const folded = await foldedTransitions(store);
  const lastOf = new Map<string, number>();
  for (const { id, body } of received) {
    assert.equal(body, wanted.get(id), `${id} arrived as the outbox holds it`);
    const { target, number, to } = partsOf(body);
    assert.equal(folded.get(`${target} ${number}`), to, `${id}: the log gives this transition`);
    const last = lastOf.get(target) ?? 0;
    assert.ok(number >= last, `${target}: ${number} came after ${last}`);
    lastOf.set(target, number);
  }
  const arrived = new Set(received.map(({ id }) => id));
  for (const id of wanted.keys()) assert.ok(arrived.has(id), `${id} never arrived`);
  return wanted.size;
}

function partsOf(body: string): { target: string; number: number; to: string } {
  const match = /^\{"id":"evt_(\w+)_t(\d+)","type":"target\.(\w+)"/.exec(body);
  assert.ok(match, body.slice(0, 100));
  const [, target = "", number = "", to = ""] = match;
  return { target, number: Number(number), to };
}

/** The transitions that a fold of the whole log gives: `target number` to the state entered. */
async function foldedTransitions(store: Store): Promise<Map<string, string>> {
  const state = createState(settingsFor(5_000));
  const transitions = new Map<string, string>();
  let seq = 0;
  for (;;) {
    const events = await store.log.read(seq, 5_000);
    for (const event of events) {
      seq = event.seq;
      for (const effect of step(state, event)) {
        if (effect.type !== "transition") continue;
        transitions.set(`${effect.targetId} ${effect.number}`, effect.to);
      }
    }
    if (events.length === 0) return transitions;
  }
}
