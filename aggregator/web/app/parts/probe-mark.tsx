/** States of probes as shapes: told apart without their colours. */
import type { JSX } from "preact";
import type { ProbeState } from "../../../../shared/verdict.ts";

const SHAPES: Readonly<Record<ProbeState, JSX.Element>> = {
  eligible: <circle cx="5" cy="5" r="3.8" fill="currentColor" />,
  joining: <circle cx="5" cy="5" r="3.5" fill="none" stroke="currentColor" stroke-width="1.5" />,
  offline: <path d="m1.8 1.8 6.4 6.4m0-6.4-6.4 6.4" stroke="currentColor" stroke-width="1.9" />,
  quarantined: (
    <path d="M5 .9 9.1 5 5 9.1.9 5Z" fill="none" stroke="currentColor" stroke-width="1.6" />
  ),
  intercepted: <path d="M5 .9 9.1 5 5 9.1.9 5Z" fill="currentColor" />,
  draining: <path d="M5 1v7M1.9 5.2 5 8.4l3.1-3.2" fill="none" stroke="currentColor" />,
  disabled: <path d="M1.5 5h7" stroke="currentColor" stroke-width="1.9" />,
};

const COLOURS: Readonly<Record<ProbeState, string>> = {
  eligible: "s-up",
  joining: "s-unknown",
  offline: "s-down",
  quarantined: "s-suspect",
  intercepted: "s-sub_healthy",
  draining: "s-recovering",
  disabled: "s-unknown",
};

/** The shape of a probe's state; a word stands beside it. */
export function ProbeMark({ state }: { state: ProbeState }) {
  return (
    <svg
      class={`mark ${COLOURS[state]}`}
      width="11"
      height="11"
      viewBox="0 0 10 10"
      aria-hidden="true"
    >
      {SHAPES[state]}
    </svg>
  );
}
