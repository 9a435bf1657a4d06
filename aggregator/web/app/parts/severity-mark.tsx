/** Severities as shapes: told apart without their colours. */
import type { ApiIncident } from "../../../../shared/api/incident.ts";

const SHAPES = {
  critical: "M1.5 1.5h11v11h-11z",
  major: "M7 1.2 13.2 12.6H.8Z",
  minor: "M7 1a6 6 0 1 0 0 12A6 6 0 0 0 7 1Z",
} as const;

const COLOURS = { critical: "s-down", major: "s-sub_healthy", minor: "s-partial" } as const;

/** The shape of a severity; hollow and grey when it is over. */
export function SeverityMark(props: { severity: ApiIncident["severity"]; isOpen: boolean }) {
  const { severity, isOpen } = props;
  return (
    <svg
      class={`mark severity ${isOpen ? COLOURS[severity] : "s-unknown hollow"}`}
      width="15"
      height="15"
      viewBox="0 0 14 14"
      aria-hidden="true"
    >
      <path d={SHAPES[severity]} />
    </svg>
  );
}
