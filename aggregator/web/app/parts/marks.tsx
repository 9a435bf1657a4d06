/** States and votes as shapes: told apart without their colours. */
import type { JSX } from "preact";
import type { VerdictState, Vote } from "../../../../shared/verdict.ts";
import { words } from "../words/words.ts";

/** One shape a state, in a box of 12 by 12. */
const SHAPES: Readonly<Record<VerdictState, JSX.Element>> = {
  up: <circle cx="6" cy="6" r="4.5" fill="currentColor" />,
  degraded: (
    <>
      <circle cx="6" cy="6" r="4.5" fill="currentColor" />
      <path d="M3.4 6h5.2" stroke="var(--surface)" stroke-width="1.6" />
    </>
  ),
  partial: (
    <>
      <circle cx="6" cy="6" r="4.2" fill="none" stroke="currentColor" stroke-width="1.6" />
      <path d="M6 1.8a4.2 4.2 0 0 1 0 8.4z" fill="currentColor" />
    </>
  ),
  suspect: (
    <>
      <path
        d="M6 1 11 6 6 11 1 6Z"
        fill="none"
        stroke="currentColor"
        stroke-width="1.5"
        stroke-linejoin="round"
      />
      <circle cx="6" cy="6" r="1.3" fill="currentColor" />
    </>
  ),
  sub_healthy: (
    <path
      d="M6 1.2 11.3 10.6H.7Z"
      fill="currentColor"
      stroke="currentColor"
      stroke-linejoin="round"
    />
  ),
  down: (
    <>
      <rect x="0.5" y="0.5" width="11" height="11" rx="2.2" fill="currentColor" />
      <path
        d="m3.6 3.6 4.8 4.8m0-4.8-4.8 4.8"
        stroke="var(--surface)"
        stroke-width="1.7"
        stroke-linecap="round"
      />
    </>
  ),
  recovering: (
    <path
      d="M6 10.8V2.2M2.2 5.6 6 1.6l3.8 4"
      fill="none"
      stroke="currentColor"
      stroke-width="2"
      stroke-linecap="round"
      stroke-linejoin="round"
    />
  ),
  unknown: (
    <circle
      cx="6"
      cy="6"
      r="4.2"
      fill="none"
      stroke="currentColor"
      stroke-width="1.6"
      stroke-dasharray="2.1 1.66"
    />
  ),
};

/** The shape of a state; a text stands beside it, so it is hidden from readers of text. */
export function StateMark({ state, size = 12 }: { state: VerdictState; size?: number }) {
  return (
    <svg
      class={`mark s-${state}`}
      width={size}
      height={size}
      viewBox="0 0 12 12"
      aria-hidden="true"
    >
      {SHAPES[state]}
    </svg>
  );
}

/** A state by shape and word. */
export function StateWord({ state }: { state: VerdictState }) {
  return (
    <span class="state-word" title={words.value.stateHelp[state]}>
      <StateMark state={state} />
      <span class={`word w-${state}`}>{words.value.states[state]}</span>
    </span>
  );
}

const VOTE_SHAPES: Readonly<Record<Vote, JSX.Element>> = {
  ok: <circle cx="5" cy="5" r="3.6" fill="currentColor" />,
  dead: <rect x="1" y="1" width="8" height="8" rx="1.4" fill="currentColor" />,
  sub: <path d="M5 .9 9.5 9H.5Z" fill="currentColor" />,
  suspect: <path d="M5 .9 9.1 5 5 9.1.9 5Z" fill="none" stroke="currentColor" stroke-width="1.4" />,
  none: <circle cx="5" cy="5" r="2.9" fill="none" stroke="currentColor" stroke-width="1.3" />,
};

/** The vote of one vantage, as a dot; without a title where a text stands beside it. */
export function VoteMark({ vote, title = "" }: { vote: Vote; title?: string }) {
  const told = title === "" ? { "aria-hidden": true } : { role: "img" as const };
  return (
    <svg class={`vote v-${vote}`} width="10" height="10" viewBox="0 0 10 10" {...told}>
      {title !== "" && <title>{title}</title>}
      {VOTE_SHAPES[vote]}
    </svg>
  );
}
