/** A line of the newest latencies, without axes. */
import type { ApiGlance } from "../../../../shared/api/glance.ts";
import { latencyText } from "../words/format.ts";

const WIDTH = 72;
const HEIGHT = 20;

/** The looks that reached the target, as a line; beside it the median. */
export function Spark({ looks }: { looks: ApiGlance["looks"] }) {
  const values = looks.filter((look) => look.class === "ok").map(({ latencyUs }) => latencyUs);
  const sorted = [...values].sort((left, right) => left - right);
  const median = sorted[Math.floor(sorted.length / 2)] ?? null;
  return (
    <span class="spark">
      <svg width={WIDTH} height={HEIGHT} viewBox={`0 0 ${WIDTH} ${HEIGHT}`} aria-hidden="true">
        {values.length > 1 && <path d={linePath(values, sorted)} class="spark-line" />}
      </svg>
      <span class="num">{latencyText(median)}</span>
    </span>
  );
}

function linePath(values: readonly number[], sorted: readonly number[]): string {
  const low = sorted[0] ?? 0;
  // One slow look must not make all others a flat line.
  const high = sorted[Math.floor(sorted.length * 0.97)] ?? low;
  const span = Math.max(high - low, low * 0.2, 1);
  const step = WIDTH / Math.max(1, values.length - 1);
  return values
    .map((value, index) => {
      const share = Math.min(1, Math.max(0, (value - low) / span));
      const y = HEIGHT - 2 - share * (HEIGHT - 4);
      return `${index === 0 ? "M" : "L"}${(index * step).toFixed(1)} ${y.toFixed(1)}`;
    })
    .join("");
}
