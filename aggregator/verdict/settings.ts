/** The constants of the verdict rules; part of the state, so that a log replays as it was run. */

/** Constants of the fold. Every time is in integer milliseconds of log time. */
export interface VerdictSettings {
  /** Length of an evaluation window. Default 500. Longer is slower, shorter costs more. */
  windowMs: number;
  /** Time between heartbeats of a probe. Default 5,000. */
  heartbeatMs: number;
  /** Silence after which an eligible probe is offline. Default 15,000: three heartbeats. */
  offlineAfterMs: number;
  /** Allowance for the delivery of one message. Default 2,000. */
  transitMs: number;
  /** Allowance for a canary round after a failure. Default 1,000. */
  canaryMs: number;
  /** Shortest gap between the starts of two attempts of a burst. Default 1,000. */
  fastMs: number;
  /** Clean heartbeats a new probe needs before it may testify. Default 3. */
  joinHeartbeats: number;
  /** Ceiling of the local-health score. Default 8, as in memberlist's awareness. */
  scoreMax: number;
  /** Local-health score at which a probe is quarantined. Default 3. */
  scoreQuarantine: number;
  /** Event-loop lag above which a heartbeat is bad. Default 1,000. */
  lagLimitMs: number;
  /** First quarantine; doubled for each one that came before. Default 60,000. */
  quarantineMs: number;
  /** Longest quarantine. Default 1,800,000. */
  quarantineMaxMs: number;
  /** Time in which one earlier quarantine is forgiven. Default 600,000. */
  quarantineDecayMs: number;
  /** Whether successes lapse that a suspicion left unrefreshed. Default true; slower without. */
  challenge: boolean;
  /** Times undecided vantages are asked before they are asked no more. Default 3. */
  recheckRounds: number;
  /** Fewest targets that must fail before a probe can be found to see everything failing. */
  seesAllTargetsMin: number;
  /** Domains that must see those targets well before that probe is set aside. Default 2. */
  seesAllDomainsMin: number;
}

/** The defaults of VERDICTS.md. */
export const DEFAULT_SETTINGS: VerdictSettings = {
  windowMs: 500,
  heartbeatMs: 5_000,
  offlineAfterMs: 15_000,
  transitMs: 2_000,
  canaryMs: 1_000,
  fastMs: 1_000,
  joinHeartbeats: 3,
  scoreMax: 8,
  scoreQuarantine: 3,
  lagLimitMs: 1_000,
  quarantineMs: 60_000,
  quarantineMaxMs: 1_800_000,
  quarantineDecayMs: 600_000,
  challenge: true,
  recheckRounds: 3,
  seesAllTargetsMin: 3,
  seesAllDomainsMin: 2,
};

/** Settings for a mesh whose heartbeats come every `heartbeatMs`: offline after three of them. */
export function settingsFor(heartbeatMs: number): VerdictSettings {
  return { ...DEFAULT_SETTINGS, heartbeatMs, offlineAfterMs: 3 * heartbeatMs };
}
