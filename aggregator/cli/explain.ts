/** `verdicts explain` as text: the sentence, who saw what, and the arithmetic of the quorum. */
import type { ApiExplanation } from "../../shared/api/verdict.ts";
import type { Printer } from "./printer.ts";
import type { Cell, Column } from "./table.ts";
import { cleanText, wrapText } from "./width.ts";
import { dateTime, formatDuration, paintOfVerdict, probeCell, voteMark } from "./words.ts";

type Evidence = ApiExplanation["vantages"][number];

/** Why a vantage was not counted, in words; empty when it was. */
const NOT_COUNTED: Record<Evidence["counted"], string> = {
  counted: "",
  no_evidence: "no evidence",
  expired: "too old",
  challenged: "challenged: older than the suspicion",
  before_floor: "seen before the roster changed",
  probe_may_not_accuse: "probe may not accuse",
  probe_may_not_exonerate: "probe may not exonerate",
  own_domain: "in the target's own domain",
  not_confirmed: "not confirmed yet",
};

const VOTE_WORDS: Record<Evidence["vote"], string> = {
  ok: "reaches it",
  dead: "cannot connect",
  sub: "check fails",
  suspect: "fails, unconfirmed",
  none: "says nothing",
};

/** The lines of an explanation; `command` is how the reader calls this program. */
export function explainLines(
  explanation: ApiExplanation,
  command: string,
  printer: Pick<Printer, "layOut" | "paint" | "width">,
): string[] {
  const { paint } = printer;
  const wrap = (text: string): string[] => wrapText(text, printer.width() ?? Infinity);
  const { state, targetName, sinceMs, atMs, incidentId } = explanation;
  const word = paintOfVerdict(state, paint)(state.replaceAll("_", " ").toUpperCase());
  const since = `since ${dateTime(explanation.since)} UTC, for ${formatDuration(atMs - sinceMs)}`;
  const lines = [
    `${paint.bold(cleanText(targetName))} is ${word} ${paint.dim(since)}`,
    ...wrap(cleanText(explanation.sentence)),
  ];
  if (explanation.lean === "down") {
    lines.push(paint.yellow("Probable outage: too few witnesses to call it down."));
  }
  lines.push("", ...evidenceTable(explanation, printer), "", ...quorumLines(explanation, printer));
  if (explanation.maintenance !== null) {
    const under = `Under maintenance ${cleanText(explanation.maintenance)}: no alerts.`;
    lines.push("", ...wrap(under));
  }
  if (incidentId !== null) {
    const id = cleanText(incidentId);
    lines.push("", ...wrap(`Incident ${id}; to take it: ${command} incidents ack ${id}`));
  }
  return lines;
}

function evidenceTable(
  { vantages }: ApiExplanation,
  { layOut, paint }: Pick<Printer, "layOut" | "paint">,
): string[] {
  if (vantages.length === 0) return [paint.yellow("No probe is a vantage of this target.")];
  const columns: Column[] = [
    { header: "" },
    { header: "VANTAGE", widthMin: 12 },
    { header: "REGION", drop: 5 },
    { header: "ZONE", drop: 1 },
    { header: "SAYS", widthMin: 16 },
    { header: "FAILED", drop: 2, align: "right" },
    { header: "SEEN", align: "right" },
    { header: "COUNTED", widthMin: 12 },
    { header: "CANARIES", drop: 4 },
    { header: "PROBE", drop: 3 },
    { header: "WHY", widthMin: 24, widthMax: 300 },
  ];
  const byName = vantages.toSorted((a, b) => (a.probeName < b.probeName ? -1 : 1));
  const rows = byName.map((one): Cell[] => [
    voteMark(one.vote, paint),
    one.probeName,
    one.region,
    one.zone,
    VOTE_WORDS[one.vote],
    one.failures === 0 ? "-" : `${one.failures}×`,
    one.ageMs === null ? "never" : `${formatDuration(one.ageMs)} ago`,
    countedCell(one, paint),
    canaryCell(one, paint),
    probeCell(one.probeState, paint),
    [one.detail, leftOut(one), one.probeReason].filter((text) => text !== "").join(" | "),
  ]);
  return layOut(columns, rows);
}

/** How many of the probe's own canaries passed; those that fail for half the mesh are left out. */
function canaryCell({ canaries }: Evidence, paint: Printer["paint"]): Cell {
  const { passed, failed } = canaries;
  if (passed + failed === 0) return "-";
  const text = `${passed} of ${passed + failed} pass`;
  return 2 * passed > passed + failed ? text : { text, paint: paint.yellow };
}

/** What came from a vantage since the last edit and is no evidence. */
function leftOut({ voids, uncertified, late }: Evidence): string {
  const parts = [
    uncertified > 0 ? `${uncertified} failures without a certificate` : "",
    voids > 0 ? `${voids} void` : "",
    late > 0 ? `${late} too late` : "",
  ].filter((part) => part !== "");
  return parts.length === 0 ? "" : `left out: ${parts.join(", ")}`;
}

function countedCell({ counted, zone, effectiveDomain }: Evidence, paint: Printer["paint"]): Cell {
  if (counted !== "counted") return { text: `no: ${NOT_COUNTED[counted]}`, paint: paint.yellow };
  return effectiveDomain === "" || effectiveDomain === zone ? "yes" : `yes, as ${effectiveDomain}`;
}

function quorumLines(
  explanation: ApiExplanation,
  { layOut, paint, width }: Pick<Printer, "layOut" | "paint" | "width">,
): string[] {
  const { roster, need, failing, confirmed, heard, ok, regions } = explanation.quorum;
  const rows: [string, string, string][] = [
    ["witnesses", String(roster), "failure domains whose probes are witnesses of this target"],
    ["heard", String(heard), "of them have fresh evidence"],
    ["reach it", String(ok), reachWords(explanation)],
    ["fail", String(failing), `${confirmed} confirmed, in ${plural(regions, "region")}`],
    ["needed", String(need), "confirmed failing domains before it may be called down"],
  ];
  const columns: Column[] = [
    { header: "QUORUM" },
    { header: "DOMAINS", align: "right" },
    { header: "", widthMax: 100 },
  ];
  const so = wrapText(conclusionOf(explanation), (width() ?? Infinity) - 4);
  const conclusion = so.map((line, at) => `${at === 0 ? paint.bold("so") : "  "}  ${line}`);
  return [...layOut(columns, rows), ...conclusion];
}

function reachWords({ quorum, rule }: ApiExplanation): string {
  if (quorum.ok === 0) return "nobody";
  return rule === "all" ? "one is enough to say it is not down" : `weighed by rule ${rule}`;
}

/** The last line of the arithmetic: which row of the table of assessments held, and why. */
export function conclusionOf({ assessment, quorum, rule, calls }: ApiExplanation): string {
  const { need, failing, confirmed, heard, ok, regions } = quorum;
  switch (assessment) {
    case "ok":
      return `${ok} of ${heard} reach it, and one success outweighs every failure: ok`;
    case "partial":
      if (ok === 0) return `nobody reaches it, but ${calls} business calls succeeded: partial`;
      return `${ok} reach it, but ${confirmed} of ${heard} confirm that they do not: partial`;
    case "none":
      return "nothing fresh was heard, and silence is no failure: no evidence";
    case "short":
      return `nobody reaches it, but ${failing} failing < ${need} needed: too few witnesses`;
    case "suspect":
      return `${failing} failing ≥ ${need} needed, ${failing - confirmed} not confirmed: suspect`;
    case "allfail":
      if (ok > 0) return `${confirmed} confirmed ≥ ${need} needed, and rule ${rule} is met: fails`;
      return (
        `${confirmed} confirmed ≥ ${need} needed, in ${plural(regions, "region")}, ` +
        "and nobody reaches it: all fail"
      );
  }
}

function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}
