/** What holds for every operation, as short notes on the first page of the docs. */

/** A note. */
export interface Note {
  title: string;
  words: string;
  code?: string;
}

/** The notes. */
export const NOTES: readonly Note[] = [
  {
    title: "Signing in",
    words:
      "Send a token as `Authorization: Bearer …`. Its scope says what it may do: `admin` does " +
      "all, `write` implies `read`. A browser signs in once and sends its cookie.",
    code: 'curl -s -H "Authorization: Bearer $QUORATE_TOKEN" \\\n  "$QUORATE_URL/api/v1/verdicts"',
  },
  {
    title: "Errors",
    words:
      "Every error is `application/problem+json`: `detail` says what was expected, what found " +
      "and what to do; `issues` names each value that is wrong.",
    code: JSON.stringify(
      {
        type: "urn:quorate:error:invalid",
        status: 422,
        detail: "intervalMs: expected at least 200.",
        issues: [{ path: "intervalMs", message: "expected at least 200" }],
      },
      null,
      2,
    ),
  },
  {
    title: "Lists",
    words:
      "A list is `items` and `next`. Give `next` as `cursor` for the following page; it is null " +
      "on the last. `limit` is at most 1000.",
  },
  {
    title: "Times",
    words:
      "Moments are RFC 3339 in UTC. Durations are whole numbers whose name ends in their unit: " +
      "`intervalMs`, `latencyUs`.",
  },
  {
    title: "Changing safely",
    words:
      "An answer's `ETag` is its revision. A write with `If-Match` fails with 412 when somebody " +
      "was faster; `If-None-Match: *` only creates.",
  },
  {
    title: "Repeating safely",
    words:
      "A POST with an `Idempotency-Key` gets the first answer again for a day, and does nothing " +
      "a second time.",
  },
  {
    title: "From TypeScript",
    words: "The package has a typed client, for Node and for browsers.",
    code: [
      'import { createClient } from "quorate/client";',
      "",
      "const quorate = createClient({ url, token });",
      'const { items } = await quorate.verdicts.list({ state: "down" });',
    ].join("\n"),
  },
];
