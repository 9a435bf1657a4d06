/** Who reaches whom: what every probe's canaries said. */

/** A canary as the whole mesh sees it. */
export interface MeshCanary {
  id: string;
  /** What it is: named by an operator, the aggregator, or a probe's health endpoint. */
  kind: "named" | "aggregator" | "probe";
  /** Its address, without what may be a secret; null: each probe dials it at its own address. */
  url: string | null;
  /** Only probes of this region look at it; null: those of every region do. */
  region: string | null;
  /** Whether its answers say anything about a probe. */
  counts: boolean;
  /** True: left out because half of the mesh or more failed to reach it. */
  excluded: boolean;
  /** Why it does not count, as a sentence; empty when it does. */
  reason: string;
  /** Probes with a fresh answer about it, and how many of them reached it. */
  asked: number;
  reached: number;
}

/** What one probe says of one canary. */
export interface MeshAnswer {
  canaryId: string;
  /** `unknown`: it never answered, or its last answer is too old. */
  state: "ok" | "fail" | "unknown";
  /** Log time of the newest answer, and since when it says the same; null without one. */
  atMs: number | null;
  sinceMs: number | null;
  latencyUs: number | null;
  /** A code of the table of reasons when the newest answer is a failure; else empty. */
  reason: string;
  /** Why, as a sentence; for `unknown`, why nothing is known. */
  detail: string;
}

/** Who reaches whom, at one moment. */
export interface MeshReach {
  atMs: number;
  /** Every canary that some probe was given, by id. */
  canaries: MeshCanary[];
  /** What a probe says, by canary id. */
  answersOf(probeId: string): MeshAnswer[];
}
