/** What the doctor finds of the mesh: whether it can judge, and how each probe is. */
import type { ApiMeshCanary } from "../../../shared/api/mesh.ts";
import type { ApiProbe } from "../../../shared/api/probe.ts";
import type { ApiSummary } from "../../../shared/api/summary.ts";
import { formatDuration } from "../words.ts";
import { findingsOf } from "./finding.ts";
import type { Finding } from "./finding.ts";

const { ok, warn, fail } = findingsOf("mesh");

/** Failure domains with which one of them may break and the others still judge. */
const DOMAINS_GOOD = 3;

/** Lateness of a probe's event loop beyond which its latencies are not to be believed. */
const LOOP_LAG_MS_WARN = 200;

/** Whether the mesh as a whole can judge. */
export function checkMesh({ mesh, probes }: ApiSummary): Finding[] {
  const { domains, regions } = mesh;
  const where = `${domains} failure domains in ${regions} regions`;
  if (probes.total === 0) {
    const advice = "Make one: probes create NAME --region REGION --zone ZONE";
    return [fail("quorum", "There are no probes: nobody looks.", advice)];
  }
  if (mesh.blind) {
    const advice = "Start probes in further zones: fewer than two domains can bring nothing down.";
    return [fail("quorum", `The mesh is blind: ${where} may accuse.`, advice)];
  }
  if (domains >= DOMAINS_GOOD) return [ok("quorum", `${where} may judge.`)];
  const advice = "A third failure domain lets one break without making the mesh blind.";
  return [warn("quorum", `Only ${where} may judge.`, advice)];
}

/** How each probe is; those that are well are one line together. */
export function checkProbes(probes: readonly ApiProbe[], version: string): Finding[] {
  const findings = probes.map((probe) => checkProbe(probe, version));
  const well = findings.filter((found) => found.length === 0).length;
  const told = well === 0 ? [] : [ok("probes", `${well} of ${probes.length} probes are well.`)];
  return [...told, ...findings.flat()];
}

const ADVICE: Record<ApiProbe["status"]["state"], string> = {
  eligible: "",
  joining: "Wait: it may judge once it has proved itself.",
  offline: "Look whether it runs, and at the network between it and the aggregator.",
  quarantined: "Its own canaries fail, or it contradicts the others: look at its network.",
  intercepted: "Something in its network answers for everybody: a captive portal, a proxy.",
  draining: "It was asked to leave; remove it when it has stopped.",
  disabled: "",
};

function checkProbe({ name, status }: ApiProbe, version: string): Finding[] {
  const { state, reason, eventLoopLagMs: lagMs, droppedBatches } = status;
  const findings: Finding[] = [];
  if (state !== "eligible") {
    const why = reason === "" ? "" : `: ${reason}`;
    const make = state === "intercepted" ? fail : warn;
    findings.push(make("probes", `${name} is ${state}${why}.`, ADVICE[state]));
  }
  if (status.mustFailHeld === false) {
    const advice = "Its network answers for everybody; what it reports as reached is not.";
    findings.push(fail("canaries", `${name} reached what nothing may answer.`, advice));
  }
  if (lagMs !== null && lagMs >= LOOP_LAG_MS_WARN) {
    const advice = "Give its machine more of a core, or it fewer checks.";
    findings.push(warn("probes", `${name} runs ${formatDuration(lagMs)} late.`, advice));
  }
  if (droppedBatches !== null && droppedBatches > 0) {
    const advice = "Its spool was full: look how long it was without the aggregator.";
    findings.push(warn("probes", `${name} dropped ${droppedBatches} batches of results.`, advice));
  }
  if (status.version !== null && status.version !== version) {
    const advice = "Upgrade it: a probe abstains from kinds that it does not know.";
    const text = `${name} is ${status.version}, the aggregator ${version}.`;
    findings.push(warn("version", text, advice));
  }
  return findings;
}

/** Whether the reference endpoints of the probes can vouch for them. */
export function checkCanaries(canaries: readonly ApiMeshCanary[]): Finding[] {
  const silent = canaries.filter(({ counts }) => !counts);
  const counting = canaries.length - silent.length;
  const advice = "Name a reference endpoint that every probe reaches: aggregator --canary ID=URL";
  const findings = silent.map(({ id, excluded, reason, asked, reached }) => {
    const why = reason === "" ? `${reached} of ${asked} probes reach it` : reason;
    const text = `${id} ${excluded ? "is left out" : "does not count yet"}: ${why}.`;
    return warn("canaries", text.replace(/\.\.$/, "."), advice);
  });
  if (canaries.length === 0) return [warn("canaries", "No probe was given a canary.", advice)];
  if (counting === 0) {
    return [...findings, fail("canaries", "No canary vouches for any probe.", advice)];
  }
  return [ok("canaries", `${counting} of ${canaries.length} canaries count.`), ...findings];
}
