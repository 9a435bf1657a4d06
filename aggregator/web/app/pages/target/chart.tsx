/** The chart of latency: lines by uPlot, verdicts as a band under them, incidents as shades. */
import { useEffect, useRef } from "preact/hooks";
import uPlot from "uplot";
import type { Span } from "../../parts/state-spans.ts";
import { theme } from "../../settings.ts";
import { timeText } from "../../words/format.ts";
import { language, words } from "../../words/words.ts";
import type { LatencyData } from "./latency-data.ts";

const HEIGHT = 250;
/** Height of the band with the verdicts, CSS pixels. */
const BAND = 8;

/** Colours of vantages: none of them is the colour of a state. */
const COLOURS = ["#3f76dc", "#8d5fd3", "#12939a", "#b0703a", "#c8559a", "#68758a"] as const;

/** Canvas knows no CSS variables: the colour a class has now. */
function colourOf(className: string): string {
  const probe = document.createElement("i");
  probe.className = className;
  document.body.append(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
}

/** Draws spans of time into a strip of the plot. */
function drawSpan(plot: uPlot, span: Span & { colour: string; top: number; height: number }): void {
  const { left, width } = plot.bbox;
  const from = Math.max(left, plot.valToPos(span.fromMs / 1_000, "x", true));
  const to = Math.min(left + width, plot.valToPos(span.toMs / 1_000, "x", true));
  if (to < left || from > left + width) return;
  plot.ctx.fillStyle = span.colour;
  plot.ctx.fillRect(from, span.top, Math.max(devicePixelRatio, to - from), span.height);
}

function drawUnder(plot: uPlot, data: LatencyData): void {
  const { top, height } = plot.bbox;
  plot.ctx.save();
  plot.ctx.globalAlpha = 0.1;
  const down = colourOf("s-down");
  for (const incident of data.incidents) drawSpan(plot, { ...incident, colour: down, top, height });
  plot.ctx.globalAlpha = 1;
  const strip = { top: top + height + 3 * devicePixelRatio, height: BAND * devicePixelRatio };
  for (const span of data.states) {
    drawSpan(plot, { ...span, ...strip, colour: colourOf(`s-${span.state}`) });
  }
  plot.ctx.restore();
}

/** Times of day within a day, else days, as the language writes them. */
function timeTexts(plot: uPlot, ticks: number[]): string[] {
  const { min = 0, max = 0 } = plot.scales["x"] ?? {};
  const seconds = (max ?? 0) - (min ?? 0);
  const isLong = seconds > 2 * 86_400;
  const exact: Intl.DateTimeFormatOptions = seconds < 900 ? { second: "2-digit" } : {};
  const form: Intl.DateTimeFormatOptions = isLong
    ? { month: "short", day: "numeric" }
    : { hour: "2-digit", minute: "2-digit", ...exact, hour12: false };
  const format = new Intl.DateTimeFormat(language.value, form);
  return ticks.map((tick) => format.format(tick * 1_000));
}

interface Drawn {
  now: LatencyData;
  onZoom: (span: Span | null) => void;
}

function optionsOf(box: HTMLElement, drawn: Drawn): uPlot.Options {
  const soft = colourOf("soft");
  const line = colourOf("chart-grid");
  const axis = { stroke: soft, font: "12px Inter, sans-serif", ticks: { show: false } };
  const grid = { stroke: line, width: 1 };
  const { units } = words.value;
  return {
    width: box.clientWidth,
    height: HEIGHT,
    scales: {
      x: {
        time: true,
        range: () => [drawn.now.range.fromMs / 1_000, drawn.now.range.toMs / 1_000],
      },
      y: { range: (_plot, _low, high) => [0, Math.max(1, (high ?? 1) * 1.08)] },
    },
    axes: [
      { ...axis, grid, gap: BAND + 8, size: 44, space: 84, values: timeTexts },
      { ...axis, grid, size: 62, values: (_plot, ticks) => ticks.map((v) => `${v} ${units.ms}`) },
    ],
    series: [
      { label: words.value.target.when, value: (_plot, at) => momentText(at) },
      ...drawn.now.series.map(({ name }, index) => ({
        label: name,
        stroke: COLOURS[index % COLOURS.length] ?? soft,
        width: 1.4,
        ...(index < COLOURS.length ? {} : { dash: [5, 3] }),
        spanGaps: drawn.now.isRaw,
        points: { show: false },
        value: (_plot: uPlot, value: number | null) =>
          value === null ? "–" : `${value.toFixed(1)} ${units.ms}`,
      })),
    ],
    cursor: { drag: { x: true, y: false, setScale: false }, points: { size: 7 } },
    hooks: {
      drawClear: [(plot) => drawUnder(plot, drawn.now)],
      setSelect: [
        (plot) => {
          const { left, width } = plot.select;
          if (width < 8) return;
          const at = (pixel: number): number => plot.posToVal(pixel, "x") * 1_000;
          drawn.onZoom({ fromMs: at(left), toMs: at(left + width) });
        },
      ],
    },
  };
}

const momentText = (seconds: number | null): string =>
  seconds === null ? "–" : timeText(seconds * 1_000);

/** The chart; it takes the width it is given. */
export function Chart(props: { latency: LatencyData; onZoom: (span: Span | null) => void }) {
  const { latency, onZoom } = props;
  const box = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const drawn = useRef<Drawn>({ now: latency, onZoom });
  drawn.current.now = latency;
  drawn.current.onZoom = onZoom;
  const names = latency.series.map(({ name }) => name).join(" ");

  useEffect(() => {
    const { current } = box;
    if (current === null) return;
    const made = new uPlot(optionsOf(current, drawn.current), dataOf(drawn.current.now), current);
    plot.current = made;
    const onDouble = (): void => drawn.current.onZoom(null);
    made.over.addEventListener("dblclick", onDouble);
    const watcher = new ResizeObserver(() => {
      made.setSize({ width: current.clientWidth, height: HEIGHT });
    });
    watcher.observe(current);
    return () => {
      watcher.disconnect();
      made.destroy();
      plot.current = null;
    };
  }, [names, latency.isRaw, theme.value, words.value]);

  const { times, series, range, states, incidents } = latency;
  useEffect(() => {
    plot.current?.setData(dataOf(drawn.current.now));
    plot.current?.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
  }, [times, series, range.fromMs, range.toMs, states.length, incidents.length]);
  return (
    <div class="chart" ref={box} role="img" aria-label={words.value.target.latency}>
      {latency.isLoaded && times.length === 0 && (
        <p class="chart-none soft">{words.value.target.latencyNone}</p>
      )}
    </div>
  );
}

function dataOf({ times, series }: LatencyData): uPlot.AlignedData {
  return [times, ...series.map(({ values }) => values)];
}
