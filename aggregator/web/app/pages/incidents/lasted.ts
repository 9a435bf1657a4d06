/** How long an incident lasted, or lasts. */
import type { ApiIncident } from "../../../../../shared/api/incident.ts";
import { nowMs } from "../../clock.ts";

/** Milliseconds from its opening to its end, or to now. */
export function lastedMs({ openedAt, resolvedAt }: ApiIncident): number {
  const toMs = resolvedAt === null ? nowMs.value : Date.parse(resolvedAt);
  return Math.max(0, toMs - Date.parse(openedAt));
}
