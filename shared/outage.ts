/** A time in which a probe had no session, and what its canaries said meanwhile. */

/** What a probe tells of a time without a session. */
export interface OutageFacts {
  /** From the loss of the session to the next welcome. */
  lastedMs: number;
  /** What ended the session, as a sentence. */
  why: string;
  /** Rounds of canaries during the outage, as far as others than the aggregator were known. */
  rounds: number;
  /** Rounds in which a majority of those others passed. */
  wellRounds: number;
}

/**
 * What was lost. `aggregator`: the probe's network was well, so it was the aggregator or the way to
 * it; `network`: its other canaries failed too; `unknown`: no other canary was looked at.
 */
export type OutageFinding = "aggregator" | "network" | "unknown";

/** What was lost, by the majority of the rounds; one slow canary is no lost network. */
export function outageFinding({ rounds, wellRounds }: OutageFacts): OutageFinding {
  if (rounds === 0) return "unknown";
  return 2 * wellRounds > rounds ? "aggregator" : "network";
}

/** The outage as one sentence for a person. */
export function outageSentence(outage: OutageFacts): string {
  const { lastedMs, rounds, wellRounds } = outage;
  const lasted = lastedMs < 1_000 ? `${lastedMs} ms` : `${Math.round(lastedMs / 1_000)} s`;
  switch (outageFinding(outage)) {
    case "aggregator":
      return (
        `For ${lasted} it had lost the aggregator and not its network: its other canaries passed ` +
        `in ${wellRounds} of ${rounds} looks.`
      );
    case "network":
      return (
        `For ${lasted} it had lost its network: its other canaries failed too, ` +
        `in ${rounds - wellRounds} of ${rounds} looks.`
      );
    case "unknown":
      return (
        `For ${lasted} it had lost the aggregator; whether it had a network is not known, ` +
        "as it looked at no other canary."
      );
  }
}
