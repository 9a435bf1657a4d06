/** What one look came to, as a shape. */
import type { ApiResult } from "../../../../../shared/api/result.ts";
import { VoteMark } from "../../parts/marks.tsx";
import { words } from "../../words/words.ts";

const VOTES = { ok: "ok", sub: "sub", dead: "dead", dns: "dead", void: "none" } as const;

/** The shape of a result's class. */
export function ResultMark({ result }: { result: Pick<ApiResult, "class"> }) {
  return <VoteMark vote={VOTES[result.class]} title={words.value.target.classes[result.class]} />;
}
