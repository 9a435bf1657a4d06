/** ETags: the revision in quotes (RFC 9110 sections 8.8.3 and 13.1). */
import { QuorateError } from "../../shared/errors.ts";
import type { WriteGuard } from "../registry/writes.ts";

/** The ETag of a revision. */
export function etagOf({ revision }: { revision: number }): string {
  return `"${revision}"`;
}

/** What If-Match and If-None-Match ask of a write. */
export function guardOf(headers: {
  "if-match"?: string | undefined;
  "if-none-match"?: string | undefined;
}): WriteGuard {
  const ifMatch = headers["if-match"]?.trim();
  const ifNoneMatch = headers["if-none-match"]?.trim();
  if (ifNoneMatch !== undefined && ifNoneMatch !== "*") throw badHeader("If-None-Match", '"*"');
  const ifNew = ifNoneMatch === "*";
  if (ifMatch === undefined) return { ifNew };
  if (ifMatch === "*") return { ifNew, ifMatch: "any" };
  const revisions = ifMatch.split(",").map((tag) => /^"(\d{1,15})"$/.exec(tag.trim())?.[1]);
  const known = revisions.filter((revision) => revision !== undefined).map(Number);
  if (known.length !== revisions.length) throw badHeader("If-Match", 'an ETag such as "3", or *');
  return { ifNew, ifMatch: known };
}

function badHeader(name: string, expected: string): QuorateError {
  const message = `expected ${expected}`;
  return new QuorateError("invalid", `${name}: ${message}.`, [{ path: name, message }]);
}
