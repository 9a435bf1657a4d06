/** Latency of each vantage over time, with the verdict under it. */
import { useState } from "preact/hooks";
import type { ApiTarget } from "../../../../../shared/api/target.ts";
import { Button, Panel, Trouble } from "../../parts/basics.tsx";
import type { Span } from "../../parts/state-spans.ts";
import { remembered } from "../../settings.ts";
import { words } from "../../words/words.ts";
import { Chart } from "./chart.tsx";
import { FIGURES, RANGES, useLatency } from "./latency-data.ts";
import type { Figure } from "./latency-data.ts";

const RANGE_NAMES = ["h1", "h6", "d1", "d7", "d30", "y1"] as const;

const range = remembered("range", RANGE_NAMES, "h1");
const figure = remembered<Figure>("figure", FIGURES, "p50Us");

const FIGURE_WORDS: Readonly<Record<Figure, string>> = {
  p50Us: "p50",
  p95Us: "p95",
  p99Us: "p99",
  meanUs: "mean",
  maxUs: "max",
};

/** The panel. */
export function LatencyPanel({ target }: { target: ApiTarget }) {
  const w = words.value.target;
  const [zoom, setZoom] = useState<Span | null>(null);
  const latency = useLatency(target, { lengthMs: RANGES[range.value], zoom, figure: figure.value });
  const tools = (
    <>
      {latency.isRaw ? (
        <span class="soft small">{w.each}</span>
      ) : (
        <select
          aria-label={w.figure}
          value={figure.value}
          onChange={({ currentTarget: { value } }) => {
            figure.value = FIGURES.find((one) => one === value) ?? "p50Us";
          }}
        >
          {FIGURES.map((one) => (
            <option key={one} value={one}>
              {FIGURE_WORDS[one]}
            </option>
          ))}
        </select>
      )}
      <div class="segments" role="group" aria-label={w.range}>
        {RANGE_NAMES.map((name) => (
          <button
            type="button"
            key={name}
            aria-pressed={range.value === name && zoom === null}
            onClick={() => {
              range.value = name;
              setZoom(null);
            }}
          >
            {w.ranges[name]}
          </button>
        ))}
      </div>
    </>
  );
  return (
    <Panel title={w.latency} tools={tools}>
      <Trouble text={latency.trouble} />
      <Chart latency={latency} onZoom={setZoom} />
      <p class="soft small chart-hint">
        {zoom === null ? (
          w.zoomHint
        ) : (
          <Button kind="quiet" onClick={() => setZoom(null)}>
            {w.ranges[range.value]}
          </Button>
        )}
      </p>
    </Panel>
  );
}
