/** Which vantages look at a target, and when: pure, so that every place gives the same answer. */
import { LIMITS } from "../shared/limits.ts";
import type { Probe } from "../shared/probe.ts";
import type { Assignment } from "../shared/proto/gen/quorate/v1/mesh.ts";
import type { Target } from "../shared/target.ts";
import type { Vantage, VantageSelector } from "../shared/vantage.ts";
import { selectsVantage } from "../shared/vantage.ts";
import { DEFAULT_SETTINGS } from "./verdict/settings.ts";

/** Room for the columns of an assignment beside its options, in bytes. */
const ENVELOPE_BYTES = 4_096;

/** A probe as the selector and the engine see it. */
function vantageOf(probe: Probe): Vantage {
  const { name, region, zone, labels } = probe.spec;
  return { id: probe.id, name, region, zone, labels };
}

/** Probes that a selector takes and that are not draining, ordered by id. */
export function vantagesOf(selector: VantageSelector, probes: readonly Probe[]): Probe[] {
  return probes
    .filter((probe) => !probe.draining && selectsVantage(selector, vantageOf(probe)))
    .sort((left, right) => (left.id < right.id ? -1 : 1));
}

/**
 * A number for a text that never changes, spread over 32 bits: FNV-1a with the finisher of
 * MurmurHash3, because FNV alone leaves ids that differ in the last letter close together.
 */
export function stableHash(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/**
 * Offset of a vantage's checks inside the interval. `count` vantages stand `interval / count`
 * apart, so that somebody looks that often; the target's hash turns the whole circle, so that
 * targets of the same interval are not all looked at in the same instant.
 */
export function phaseMs(target: Target, index: number, count: number): number {
  const { intervalMs } = target.spec;
  const shift = Math.floor((index * intervalMs) / Math.max(1, count));
  return ((stableHash(target.id) % intervalMs) + shift) % intervalMs;
}

/** The assignment of a target to the vantage at `index` of `count`, as it goes over the wire. */
export function assignmentOf(target: Target, index: number, count: number): Assignment {
  const { spec } = target;
  return {
    handle: target.handle,
    targetId: target.id,
    name: spec.name,
    revision: target.revision,
    kind: spec.kind,
    optionsJson: JSON.stringify(spec.options),
    intervalMs: spec.intervalMs,
    timeoutMs: spec.timeoutMs,
    phaseMs: phaseMs(target, index, count),
    fall: spec.fall,
    fastMs: Math.min(DEFAULT_SETTINGS.fastMs, spec.intervalMs),
  };
}

/** Whether the options of a target fit into one message to a probe. */
export function fitsOneMessage(target: Target): boolean {
  const optionsBytes = Buffer.byteLength(JSON.stringify(target.spec.options));
  return optionsBytes + ENVELOPE_BYTES <= LIMITS.grpcMessageBytesMax;
}

/** "1 region", "3 regions". */
function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

/** "a", "a and b", "a, b and c"; beyond five, the first four and how many more. */
function listed(names: readonly string[]): string {
  const shown = names.length > 5 ? names.slice(0, 4) : names;
  const parts = names.length > 5 ? [...shown, `${names.length - 4} more`] : [...shown];
  const last = parts.pop() ?? "";
  return parts.length === 0 ? last : `${parts.join(", ")} and ${last}`;
}

/** Why no vantage is there, as a sentence. */
function noVantageWarning(target: Target, probes: readonly Probe[]): string {
  const { name, vantages } = target.spec;
  const leaving = probes.filter((probe) => selectsVantage(vantages, vantageOf(probe)));
  if (leaving.length > 0) {
    const names = listed(leaving.map((probe) => probe.spec.name));
    return (
      `No vantage looks at ${name}: every probe it selects is draining (${names}); ` +
      "its verdict stays unknown until another probe joins."
    );
  }
  if (probes.length === 0) {
    return (
      `No vantage looks at ${name}: there is no probe yet; ` +
      "its verdict stays unknown until probes join."
    );
  }
  return (
    `No vantage looks at ${name}: its selector takes none of the ` +
    `${counted(probes.length, "probe")}; widen vantages, or add a probe that it takes.`
  );
}

/**
 * What stands in the way of a verdict for this target with these probes, as sentences: no vantage
 * at all, vantages in the target's own zone, too few failure domains or regions for its policy.
 * A target that is not enabled is not looked at, so nothing is said of it.
 */
export function assignmentWarnings(target: Target, probes: readonly Probe[]): string[] {
  const { name, zone, policy, enabled } = target.spec;
  if (!enabled) return [];
  const warnings: string[] = [];
  if (!fitsOneMessage(target)) {
    warnings.push(
      `The options of ${name} do not fit into one message to a probe ` +
        `(${LIMITS.grpcMessageBytesMax} bytes with everything around them), ` +
        "so no probe is given it; make them smaller.",
    );
  }
  const vantages = vantagesOf(target.spec.vantages, probes);
  if (vantages.length === 0) return [...warnings, noVantageWarning(target, probes)];
  const witnesses = vantages.filter((probe) => probe.spec.zone !== zone);
  const insiders = vantages.filter((probe) => probe.spec.zone === zone);
  if (insiders.length > 0) {
    const names = listed(insiders.map((probe) => probe.spec.name));
    const what = insiders.length === 1 ? "stands" : "stand";
    warnings.push(
      `${names} ${what} in zone ${zone}, the own zone of ${name}: ` +
        "what is seen from there is shown, but is no witness.",
    );
  }
  const domains = new Set(witnesses.map((probe) => probe.spec.zone));
  if (domains.size < policy.minDomains) {
    warnings.push(
      `${name} can never be called down: ${counted(domains.size, "failure domain")} can witness ` +
        `it and its policy needs ${policy.minDomains} (minDomains); ` +
        "add probes in other zones, or lower minDomains.",
    );
  }
  const regions = new Set(witnesses.map((probe) => probe.spec.region));
  if (regions.size < policy.minRegions) {
    warnings.push(
      `${name} can never be called down: its witnesses stand in ` +
        `${counted(regions.size, "region")} and its policy needs ${policy.minRegions} ` +
        "(minRegions); add probes in other regions, or lower minRegions.",
    );
  }
  return warnings;
}
