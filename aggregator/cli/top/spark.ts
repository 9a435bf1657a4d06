/** The latency of the newest looks, as a line of bars and as a number. */
import type { ApiGlance } from "../../../shared/api/glance.ts";

type Look = ApiGlance["looks"][number];

/** The colours of a sparkline. */
export type SparkPaint = Record<"gray" | "red", (text: string) => string>;

const BARS = ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"] as const;

/** One bar a look, the newest on the right: × failed, · says nothing; filled with blanks. */
export function sparkline(looks: readonly Look[], width: number, paint: SparkPaint): string {
  const shown = looks.slice(-width);
  const most = Math.max(1, ...shown.map((look) => (look.class === "ok" ? look.latencyUs : 0)));
  const bars = shown.map((look) => {
    if (look.class === "void") return paint.gray("·");
    if (look.class !== "ok") return paint.red("×");
    const level = Math.ceil((look.latencyUs / most) * BARS.length) - 1;
    return BARS[Math.min(BARS.length - 1, Math.max(0, level))] ?? "";
  });
  return " ".repeat(width - shown.length) + bars.join("");
}

/** The median latency of the looks that were ok, microseconds; null without any. */
export function medianUs(looks: readonly Look[]): number | null {
  const ok = looks.filter((look) => look.class === "ok").map(({ latencyUs }) => latencyUs);
  return ok.toSorted((a, b) => a - b)[Math.floor(ok.length / 2)] ?? null;
}

/** A latency in at most seven characters: 85µs, 1.2ms, 850ms, 12.5s. */
export function latencyText(us: number | null): string {
  if (us === null) return "-";
  if (us < 1_000) return `${Math.round(us)}µs`;
  if (us < 100_000) return `${(us / 1_000).toFixed(1)}ms`;
  return us < 1_000_000 ? `${Math.round(us / 1_000)}ms` : `${(us / 1_000_000).toFixed(1)}s`;
}

/** A share as a percentage that is never rounded up to 100. */
export function shareText(share: number | null): string {
  if (share === null) return "-";
  return share === 1 ? "100%" : `${(Math.floor(share * 10_000) / 100).toFixed(2)}%`;
}
