/** A target as lists show it. */
import type { VerdictState } from "../../../../shared/verdict.ts";

/** A target in a list. */
export interface Row {
  id: string;
  name: string;
  labels: Readonly<Record<string, string>>;
  state: VerdictState;
  sinceMs: number;
  lean: "down" | null;
  incidentId: string | null;
  /** What a search looks at, in lower case. */
  text: string;
}
