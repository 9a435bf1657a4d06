/** What a check saw: the first noun on the way from a target to a notification. */
import type { FailureSource, ReasonCode } from "./reason.ts";

/**
 * Outcome classes (VERDICTS section 2).
 * `ok` the check passed; `sub` connected, but the check failed; `dead` could not connect;
 * `dns` the name did not resolve; `void` says nothing about the target.
 */
export type OutcomeClass = "ok" | "sub" | "dead" | "dns" | "void";

/** Whether a canary majority confirmed, after a failure, that the probe itself was well. */
export type Certificate = "ok" | "failed" | "none";

/** Microseconds each phase took; 0 when it was not reached or does not apply. */
export interface Phases {
  /** Name resolution. */
  dnsUs: number;
  /** TCP connect. */
  connectUs: number;
  /** TLS handshake. */
  tlsUs: number;
  /** From the request sent to the first byte of the answer. */
  firstByteUs: number;
}

/** What one look at a target gave. Never an exception: what a target does is always an outcome. */
export interface CheckOutcome {
  class: OutcomeClass;
  /** Why; `ok` when the class is ok. */
  reason: ReasonCode;
  /** One sentence for a person at night, secrets redacted; empty when the class is ok. */
  detail: string;
  phases: Phases;
  /** Whose fault it was; null when the class is ok. */
  source: FailureSource | null;
  /** Identity of the resolver asked, as "host" or "host:port"; set at least for class dns. */
  resolver?: string;
  /** Facts worth showing that are not failures, such as the HTTP status or certificate days. */
  facts?: Record<string, string | number>;
}

/** Phases with nothing reached. */
export function noPhases(): Phases {
  return { dnsUs: 0, connectUs: 0, tlsUs: 0, firstByteUs: 0 };
}

const CLASS_NUMBERS: Record<OutcomeClass, number> = { ok: 1, sub: 2, dead: 3, dns: 4, void: 5 };
const CLASSES: readonly OutcomeClass[] = ["void", "ok", "sub", "dead", "dns", "void"];

/** The number of a class on the wire and in the log (`OutcomeClass` of mesh.proto). */
export function classNumber(outcome: OutcomeClass): number {
  return CLASS_NUMBERS[outcome];
}

/** The class for a number of the wire; an unknown number says nothing, so it is `void`. */
export function classOfNumber(value: number): OutcomeClass {
  return CLASSES[value] ?? "void";
}
