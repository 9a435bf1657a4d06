/**
 * Text cases of the verdict rules: a colleague adds one without code.
 *
 * A case is a block of lines that ends with an empty line: `case <statement>`, commands, `----`,
 * and what must come out, line by line. Commands:
 *
 *     mesh a:east:z1 b:east:z2 …       probes name:region:zone, all eligible at 20 s
 *     target web [key=value …]         intervalMs, timeoutMs, fall, rise, zone, minDomains,
 *                                      degradedLatencyMs, parents=a,b, and all of the policy
 *     at 30s CLASS a b [x3] [WORD …]   looks end now; x3: attempts 1 s apart; words: uncertified,
 *                                      replayed, doubt=1000, resolver=10.0.0.1, on=web, boot=2,
 *                                      back=5000 (ended 5 s ago), reason=CODE, old (revision),
 *                                      latency=200 (ms)
 *     every 10s 30s..600s CLASS a b    the same look again and again; `and` joins several
 *     at 30s calls web 10s 6 0 [NAME]  6 of 6 business calls succeeded in the last 10 s
 *     at 30s tick | takeover | joined a | drain a | remove a | delete web | edit web key=value …
 *     at 30s join d:west:z4            a new probe, not yet heard; move d:west:z5: it stands there
 *     at 30s mute a b | unmute a       stops, resumes heartbeats
 *     at 30s sick a [canary …]         its canaries fail (all, or the named); well a: pass again
 *     at 30s lag a 3000                its event loop lags in heartbeats to come; lag a 0 ends it
 *     at 30s intercept a               its must-fail canary succeeds; release a: fails again
 *     at 30s maintain NAME 40s..60s web team=shop …  maintenance of targets by name or label
 *     at 30s explain web               prints the sentence of the verdict
 *     at 30s votes web                 prints each vantage's state, vote and why
 *
 * Heartbeats come by themselves every 5 s. Effects up to the end of `mesh` are not printed.
 */
import type { OutcomeClass } from "../../shared/outcome.ts";
import { policySchema } from "../../shared/target.ts";
import type { Target, TargetSpec } from "../../shared/target.ts";
import { explain } from "../../aggregator/verdict/explain.ts";
import { createVerdictMesh, effectLine, lookEvent, testProbe, testTarget } from "./verdict-mesh.ts";
import { beat } from "./verdict-mesh.ts";
import type { VerdictMesh } from "./verdict-mesh.ts";

/** One case of a golden file. */
export interface ScriptCase {
  title: string;
  commands: string[];
  expected: string[];
}

/** Splits a golden file into its cases; lines that begin with # are comments. */
export function parseCases(text: string): ScriptCase[] {
  const cases: ScriptCase[] = [];
  for (const block of text.split(/\n\s*\n/)) {
    const lines = block.split("\n").filter((line) => line.trim() !== "" && !line.startsWith("#"));
    const [head, ...rest] = lines;
    if (head === undefined) continue;
    const cut = rest.indexOf("----");
    cases.push({
      title: head.replace(/^case\s+/, ""),
      commands: cut < 0 ? rest : rest.slice(0, cut),
      expected: cut < 0 ? [] : rest.slice(cut + 1),
    });
  }
  return cases;
}

interface Player {
  mesh: VerdictMesh;
  targets: Map<string, Target>;
  health: Map<string, { muted: boolean; sick: string[]; lagMs: number; intercepted: boolean }>;
  beatMs: number;
  out: string[];
}

const CANARIES = ["one", "two", "three"];

/** Runs the commands of a case and gives what came out. */
export function runScript(commands: readonly string[]): string[] {
  const mesh = createVerdictMesh();
  const player: Player = { mesh, targets: new Map(), health: new Map(), beatMs: 0, out: [] };
  for (const command of commands) {
    const words = command.trim().split(/\s+/);
    const [verb = "", ...rest] = words;
    if (verb === "mesh") addMesh(player, rest);
    else if (verb === "target") addTarget(player, rest);
    else if (verb === "at") runAt(player, rest);
    else if (verb === "every") runEvery(player, rest);
    else throw new Error(`Unknown command "${command}": expected mesh, target, at or every.`);
  }
  return player.out;
}

function addMesh(player: Player, probes: readonly string[]): void {
  for (const text of probes) addProbe(player, text, 0);
  beatUntil(player, 20_000);
  player.out.length = 0;
}

function addProbe(player: Player, text: string, atMs: number): void {
  const [name = "", region = "", zone = ""] = text.split(":");
  player.health.set(name, { muted: false, sick: [], lagMs: 0, intercepted: false });
  player.mesh.at(atMs, { type: "probe_set", probe: testProbe(name, region, zone) });
}

function addTarget(player: Player, [name = "", ...pairs]: readonly string[]): void {
  const target = testTarget(name, player.targets.size + 1, specOf(pairs));
  player.targets.set(name, target);
  player.mesh.at(20_000, { type: "target_set", target });
}

const POLICY_KEYS = Object.keys(policySchema.shape);

/** Guarantee: a wrong field of a case is refused by testTarget, which parses the whole spec. */
function specOf(pairs: readonly string[]): Partial<TargetSpec> {
  const spec: Record<string, unknown> = {};
  const policy: Record<string, unknown> = {};
  for (const pair of pairs) {
    const [key = "", value = ""] = pair.split("=");
    const parsed = key === "parents" ? value.split(",") : numberOr(value);
    const into = POLICY_KEYS.includes(key) ? policy : spec;
    into[key] = value === "false" ? false : parsed;
  }
  return { ...spec, policy } as Partial<TargetSpec>;
}

function numberOr(value: string): string | number {
  return Number.isNaN(Number(value)) ? value : Number(value);
}

function beatUntil(player: Player, toMs: number): void {
  for (; player.beatMs <= toMs; player.beatMs += 5_000) {
    for (const [probe, { muted, sick, lagMs, intercepted }] of player.health) {
      if (muted) continue;
      const canaries = Object.fromEntries(CANARIES.map((id) => [id, !sick.includes(id)]));
      emit(player, player.beatMs, beat(probe, { canaries, lagMs, mustFailHeld: !intercepted }));
    }
  }
}

function emit(player: Player, atMs: number, body: Parameters<VerdictMesh["at"]>[1]): void {
  for (const effect of player.mesh.at(atMs, body)) {
    // Spans say nothing that the transitions do not; they have tests of their own.
    if (effect.type !== "uptime") player.out.push(effectLine(effect));
  }
}

function runAt(player: Player, [when = "", verb = "", ...words]: readonly string[]): void {
  const atMs = Math.round(Number.parseFloat(when) * 1000);
  beatUntil(player, atMs - 1);
  const act = ACTS[verb];
  if (act) act(player, atMs, words);
  else look(player, atMs, [verb, ...words]);
}

function runEvery(player: Player, [step = "", span = "", ...words]: readonly string[]): void {
  const [from = 0, to = 0] = span.split("..").map(Number.parseFloat);
  const looks = words.join(" ").split(" and ");
  for (let now = from; now < to; now += Number.parseFloat(step)) {
    for (const one of looks) runAt(player, [`${now}s`, ...one.split(" ")]);
  }
}

type Act = (player: Player, atMs: number, words: readonly string[]) => void;

const ACTS: Record<string, Act> = {
  tick: (player, atMs) => emit(player, atMs, { type: "tick" }),
  takeover: (player, atMs) => emit(player, atMs, { type: "takeover" }),
  joined: (player, atMs, [probeId = ""]) => emit(player, atMs, { type: "probe_joined", probeId }),
  join: (player, atMs, [text = ""]) => addProbe(player, text, atMs),
  move: (player, atMs, [text = ""]) => addProbe(player, text, atMs),
  drain: (player, atMs, [id = ""]) => leave(player, atMs, { id, hard: false }),
  remove: (player, atMs, [id = ""]) => leave(player, atMs, { id, hard: true }),
  delete: (player, atMs, [targetId = ""]) =>
    emit(player, atMs, { type: "target_deleted", targetId }),
  edit,
  mute: (player, _atMs, names) => names.forEach((name) => (healthOf(player, name).muted = true)),
  unmute: (player, _atMs, names) => names.forEach((name) => (healthOf(player, name).muted = false)),
  sick: (player, _atMs, [name = "", ...ids]) => {
    healthOf(player, name).sick = ids.length > 0 ? ids : CANARIES;
  },
  well: (player, _atMs, [name = ""]) => (healthOf(player, name).sick = []),
  lag: (player, _atMs, [name = "", lag = ""]) => (healthOf(player, name).lagMs = Number(lag)),
  intercept: (player, _atMs, [name = ""]) => (healthOf(player, name).intercepted = true),
  release: (player, _atMs, [name = ""]) => (healthOf(player, name).intercepted = false),
  maintain,
  calls: (player, atMs, [targetId = "", length = "", ok = "", failed = "", reporter = "app"]) => {
    const fromMs = atMs - Math.round(Number.parseFloat(length) * 1000);
    const [successes, failures] = [Number(ok), Number(failed)];
    emit(player, atMs, {
      type: "calls",
      targetId,
      reporter,
      fromMs,
      toMs: atMs,
      successes,
      failures,
    });
  },
  explain: (player, atMs, [name = ""]) => player.out.push(explained(player, name, atMs).sentence),
  votes: (player, atMs, [name = ""]) => {
    for (const { probeName, state, vote, counted, effectiveDomain } of explained(player, name, atMs)
      .vantages) {
      player.out.push(`${probeName} ${state} ${vote} ${counted} ${effectiveDomain}`);
    }
  },
};

function maintain(player: Player, atMs: number, [name = "", span = "", ...who]: readonly string[]) {
  const [from = "", to = ""] = span.split("..");
  const pairs = who.filter((word) => word.includes("=")).map((word) => word.split("="));
  const window = {
    id: name,
    name,
    targets: who.filter((word) => !word.includes("=")),
    labels: Object.fromEntries(pairs.map(([key = "", value = ""]) => [key, value])),
    fromMs: Math.round(Number.parseFloat(from) * 1000),
    toMs: Math.round(Number.parseFloat(to) * 1000),
  };
  emit(player, atMs, { type: "maintenance_set", window });
}

function explained(player: Player, name: string, atMs: number) {
  emit(player, atMs, { type: "tick" });
  const target = player.mesh.state.targets.get(name);
  if (!target) throw new Error(`Unknown target "${name}".`);
  return explain(player.mesh.state, target, atMs);
}

function healthOf(player: Player, name: string) {
  const health = player.health.get(name);
  if (!health) throw new Error(`Unknown probe "${name}": name it in mesh or join first.`);
  return health;
}

function leave(player: Player, atMs: number, { id, hard }: { id: string; hard: boolean }): void {
  if (hard) player.health.delete(id);
  emit(player, atMs, { type: "probe_left", probeId: id, hard });
}

function edit(player: Player, atMs: number, [name = "", ...pairs]: readonly string[]): void {
  const before = targetOf(player, name);
  const changed = testTarget(name, before.handle, { ...before.spec, ...specOf(pairs) });
  const target = { ...changed, revision: before.revision + 1 };
  player.targets.set(name, target);
  emit(player, atMs, { type: "target_set", target });
}

function targetOf(player: Player, name: string): Target {
  const found = name === "" ? [...player.targets.values()][0] : player.targets.get(name);
  if (!found) throw new Error(`Unknown target "${name}".`);
  return found;
}

function look(player: Player, atMs: number, words: readonly string[]): void {
  const [outcome = "", ...rest] = words;
  const option = (key: string) => rest.find((word) => word.startsWith(`${key}=`))?.split("=")[1];
  const times = Number(rest.find((word) => /^x\d+$/.test(word))?.slice(1) ?? 1);
  const target = targetOf(player, option("on") ?? "");
  const probes = rest.filter((word) => player.health.has(word));
  for (let attempt = 0; attempt < times; attempt += 1) {
    const now = atMs + attempt * 1000;
    beatUntil(player, now - 1);
    for (const probe of probes) {
      const body = lookEvent({
        probe,
        target,
        class: classOf(outcome),
        endMs: now - Number(option("back") ?? 0),
        attempt,
        boot: Number(option("boot") ?? 1),
        certified: !rest.includes("uncertified"),
        replayed: rest.includes("replayed"),
        doubtMs: Number(option("doubt") ?? 0),
        latencyMs: Number(option("latency") ?? 0),
        revision: rest.includes("old") ? target.revision - 1 : target.revision,
        ...optional("resolver", option("resolver")),
        ...optional("reason", option("reason")),
      });
      emit(player, now, body);
    }
  }
}

function optional(key: "resolver" | "reason", value: string | undefined) {
  return value === undefined ? {} : { [key]: value };
}

function classOf(text: string): OutcomeClass {
  switch (text) {
    case "ok":
    case "sub":
    case "dead":
    case "dns":
    case "void":
      return text;
    default:
      throw new Error(`Unknown command or class "${text}".`);
  }
}
