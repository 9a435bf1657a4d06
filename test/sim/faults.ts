/** The faults of the simulated world: what breaks, how often, and for how long. */
import { seededRandom } from "../../shared/random.ts";
import { stableHash } from "../../aggregator/assign.ts";

/** What a fault befalls: each of these has the rate of the table. */
export type Victim = "probe" | "region" | "pair" | "target" | "mesh";

/** One kind of fault at normal rates; `tenfold` has ten times as many of each. */
export interface FaultRule {
  /** What it befalls; a `pair` is the way from one region to the targets of another. */
  of: Victim;
  /** Mean number in 30 days for each victim. */
  perMonth: number;
  /** Durations are log-uniform between these. */
  minMs: number;
  maxMs: number;
  text: string;
}

const SECOND = 1_000;
const MINUTE = 60_000;
const HOUR = 3_600_000;
/** The month of every rate. */
export const MONTH_MS = 30 * 24 * HOUR;

/** Every kind of fault. Rates lie at or above what operators report of cheap hosts and lines. */
export const FAULTS = {
  uplink: {
    of: "probe",
    perMonth: 2,
    minMs: 2 * SECOND,
    maxMs: 30 * MINUTE,
    text: "uplink cut, and the control channel with it",
  },
  data_uplink: {
    of: "probe",
    perMonth: 1,
    minMs: 5 * SECOND,
    maxMs: 30 * MINUTE,
    text: "uplink cut, control channel not",
  },
  egress: {
    of: "probe",
    perMonth: 0.5,
    minMs: MINUTE,
    maxMs: HOUR,
    text: "egress to targets broken, canaries pass",
  },
  lossy: {
    of: "probe",
    perMonth: 4,
    minMs: MINUTE,
    maxMs: HOUR,
    text: "lossy path: 5 to 50 % of connections time out",
  },
  overload: {
    of: "probe",
    perMonth: 4,
    minMs: 30 * SECOND,
    maxMs: 20 * MINUTE,
    text: "overload: void, late, false timeouts, lag",
  },
  crash: {
    of: "probe",
    perMonth: 2,
    minMs: 5 * SECOND,
    maxMs: 10 * MINUTE,
    text: "crash and reboot; the spool comes later",
  },
  freeze: {
    of: "probe",
    perMonth: 2,
    minMs: 3 * SECOND,
    maxMs: 2 * MINUTE,
    text: "process stopped, or its clock with the machine",
  },
  control: {
    of: "probe",
    perMonth: 4,
    minMs: 5 * SECOND,
    maxMs: 30 * MINUTE,
    text: "cut off from the aggregator, replays its spool",
  },
  liar_given_away: {
    of: "probe",
    perMonth: 0.2,
    minMs: 10 * MINUTE,
    maxMs: 2 * HOUR,
    text: "always ok, must-fail canary succeeds",
  },
  liar_hidden: {
    of: "probe",
    perMonth: 0.1,
    minMs: 10 * MINUTE,
    maxMs: 2 * HOUR,
    text: "always ok, nothing gives it away",
  },
  liar_failing: {
    of: "probe",
    perMonth: 0.2,
    minMs: 10 * MINUTE,
    maxMs: 2 * HOUR,
    text: "always failing, canaries pass",
  },
  transit: {
    of: "region",
    perMonth: 0.5,
    minMs: 10 * SECOND,
    maxMs: 20 * MINUTE,
    text: "a region cut off from all others",
  },
  power: {
    of: "region",
    perMonth: 0.2,
    minMs: MINUTE,
    maxMs: 30 * MINUTE,
    text: "a region lost: its targets and its probes",
  },
  route: {
    of: "pair",
    perMonth: 0.5,
    minMs: 30 * SECOND,
    maxMs: 20 * MINUTE,
    text: "no route from a region to targets of another",
  },
  resolver: {
    of: "mesh",
    perMonth: 2,
    minMs: 10 * SECOND,
    maxMs: 15 * MINUTE,
    text: "the shared resolver does not answer",
  },
  restart: {
    of: "mesh",
    perMonth: 4,
    minMs: 2 * SECOND,
    maxMs: MINUTE,
    text: "aggregator restarts: snapshot, then takeover",
  },
  clock: {
    of: "mesh",
    perMonth: 0.5,
    minMs: 2 * SECOND,
    maxMs: 30 * SECOND,
    text: "the same, and its clock is 1 to 600 s ahead",
  },
  refused: {
    of: "target",
    perMonth: 1,
    minMs: 5 * SECOND,
    maxMs: HOUR,
    text: "target refuses connections",
  },
  hanging: {
    of: "target",
    perMonth: 1,
    minMs: 5 * SECOND,
    maxMs: HOUR,
    text: "target times out, on connect or on read",
  },
  wrong: {
    of: "target",
    perMonth: 1,
    minMs: 5 * SECOND,
    maxMs: HOUR,
    text: "target connects and answers wrongly",
  },
  flapping: {
    of: "target",
    perMonth: 0.2,
    minMs: 2 * MINUTE,
    maxMs: 20 * MINUTE,
    text: "target refuses for 5 to 60 s, on and off",
  },
} as const satisfies Record<string, FaultRule>;

/** Name of a kind of fault. */
export type FaultKind = keyof typeof FAULTS;

/** Names of all kinds, in the order of the table. */
export const FAULT_KINDS: readonly FaultKind[] = Object.keys(FAULTS).filter(isFaultKind);

function isFaultKind(name: string): name is FaultKind {
  return Object.hasOwn(FAULTS, name);
}

/** One fault. */
export interface Fault {
  kind: FaultKind;
  /** Index of the victim among its like. */
  who: number;
  startMs: number;
  endMs: number;
  /** Uniform in [0, 1): how bad it is, or which variant. */
  strength: number;
}

/** What the plan is made for. */
export interface PlanOptions {
  seed: number;
  untilMs: number;
  /** No fault begins before. */
  fromMs: number;
  /** 1 normal, 10 tenfold, 0 none. */
  rate: number;
  victims: Record<Victim, number>;
  /** Kinds that happen; all by default. */
  kinds?: readonly FaultKind[];
}

/**
 * All faults of a run, by their beginning. Each victim draws from a stream of its own, so that a
 * change of one kind leaves all others where they were.
 */
export function planFaults(options: PlanOptions): Fault[] {
  const faults: Fault[] = [];
  for (const kind of options.kinds ?? FAULT_KINDS) {
    for (let who = 0; who < options.victims[FAULTS[kind].of]; who += 1) {
      faults.push(...faultsOf(options, kind, who));
    }
  }
  return faults.sort((left, right) => left.startMs - right.startMs);
}

function faultsOf(options: PlanOptions, kind: FaultKind, who: number): Fault[] {
  const { perMonth, minMs, maxMs } = FAULTS[kind];
  const random = seededRandom(stableHash(`${options.seed}/${kind}/${who}`));
  const meanGapMs = MONTH_MS / (perMonth * options.rate);
  const faults: Fault[] = [];
  let startMs = options.fromMs;
  for (;;) {
    startMs -= meanGapMs * Math.log(1 - random.float());
    if (!(startMs < options.untilMs)) return faults;
    const lastsMs = minMs * (maxMs / minMs) ** random.float();
    const fault = { kind, who, startMs, endMs: startMs + lastsMs, strength: random.float() };
    faults.push(...(kind === "flapping" ? flaps(fault, random.float) : [fault]));
    startMs = fault.endMs;
  }
}

/** A flapping target: down and up in turn, each for 5 to 60 s. */
function flaps(fault: Fault, float: () => number): Fault[] {
  const parts: Fault[] = [];
  const lengthMs = (): number => 5 * SECOND + 55 * SECOND * float();
  for (let startMs = fault.startMs; startMs < fault.endMs; startMs += lengthMs()) {
    const endMs = startMs + lengthMs();
    parts.push({ ...fault, startMs, endMs });
    startMs = endMs;
  }
  return parts;
}

/** What is not a fault of its own but a property of the world, at normal and tenfold rates. */
export interface Background {
  /** Share of checks that time out for no reason. */
  noise: number;
  /** Share of batches delivered twice. */
  duplicated: number;
  /** Share of batches that come 1 to 20 s late, overtaken by later ones. */
  delayed: number;
  /** Largest drift of a probe's clock, parts of one. */
  drift: number;
}

/** The background at a rate. */
export function backgroundAt(rate: number): Background {
  return {
    noise: 0.000_1 * rate,
    duplicated: 0.001 * rate,
    delayed: 0.001 * rate,
    drift: 0.000_02 * rate,
  };
}
