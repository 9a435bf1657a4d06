/** The heartbeat of a target: its newest looks as bars, coloured by the verdict of their time. */
import type { ApiGlance } from "../../../../shared/api/glance.ts";
import type { VerdictState } from "../../../../shared/verdict.ts";

type Look = ApiGlance["looks"][number];

const HEIGHT = 20;
const STEP = 4;

/** Height of a bar: bad states stand out without their colour, and what is not known is low. */
const TALL: Readonly<Record<VerdictState, number>> = {
  up: 12,
  degraded: 12,
  recovering: 14,
  partial: 16,
  suspect: 16,
  sub_healthy: 20,
  down: 20,
  unknown: 5,
};

function barPath(look: Look, at: number): string {
  const tall = look.class === "void" ? 3 : TALL[look.state];
  const top = (HEIGHT - tall) / 2;
  const x = at * STEP;
  if (look.class === "ok" || look.class === "void") return `M${x} ${top}h3v${tall}h-3z`;
  // A look that failed is split, whatever the verdict was.
  const half = (tall - 3) / 2;
  return `M${x} ${top}h3v${half}h-3zM${x} ${top + half + 3}h3v${half}h-3z`;
}

/** The looks as bars, the newest at the right; `count` places. */
export function Beats({ looks, count, label }: { looks: Look[]; count: number; label: string }) {
  const shown = looks.slice(-count);
  const first = count - shown.length;
  const paths = new Map<VerdictState, string>();
  for (const [index, look] of shown.entries()) {
    paths.set(look.state, (paths.get(look.state) ?? "") + barPath(look, first + index));
  }
  const width = count * STEP - 1;
  return (
    <svg
      class="beats"
      width={width}
      height={HEIGHT}
      viewBox={`0 0 ${width} ${HEIGHT}`}
      role="img"
      aria-label={label}
    >
      {first > 0 && <path d={emptyPath(first)} class="beat-empty" />}
      {[...paths].map(([state, d]) => (
        <path key={state} d={d} class={`s-${state}`} fill="currentColor" />
      ))}
    </svg>
  );
}

function emptyPath(count: number): string {
  const middle = HEIGHT / 2 - 1;
  return Array.from({ length: count }, (_, at) => `M${at * STEP} ${middle}h3v2h-3z`).join("");
}
