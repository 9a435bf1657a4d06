/** The small messages of a probe from outside: checked, and cut to their bounds. */
import { LIMITS } from "../../shared/limits.ts";
import type { CanaryAnswer, Heartbeat, Hello } from "../../shared/proto/gen/quorate/v1/mesh.ts";
import {
  formatHostPort,
  isLoopbackHost,
  isWildcardHost,
  parseHostPort,
} from "../../shared/host-port.ts";
import { cut } from "./batch-check.ts";

/** The protocol version of this aggregator. */
const PROTOCOL = 1;

const KINDS_MAX = 64;
const KIND_CHARS_MAX = 40;
const VERSION_CHARS_MAX = 64;
const HOSTNAME_CHARS_MAX = 255;

/** Whether a text can be the id of a boot. */
export function isBootId(text: string): boolean {
  return /^[0-9a-z]{16,64}$/.test(text);
}

/** A hello that may be answered with welcome, or the sentence that ends the session. */
export type CheckedHello = { ok: true; hello: Hello } | { ok: false; sentence: string };

/**
 * The address of a probe's health endpoint as others may dial it: a probe that listens on every
 * address of its machine is dialled at the one its session came from. Empty when nobody elsewhere
 * can dial it (others would dial themselves), null when it is no address.
 */
function dialableAddress(address: string, peer: string | null): string | null {
  const parsed = parseHostPort(address);
  if (parsed === null || parsed.port === 0) return null;
  const isNear = peer !== null && isLoopbackHost(peer);
  if (isLoopbackHost(parsed.host) && !isNear) return "";
  if (!isWildcardHost(parsed.host)) return formatHostPort(parsed);
  return peer === null ? "" : formatHostPort({ host: peer, port: parsed.port });
}

/** Checks a hello; `peer` is the address its session came from, null when it is not known. */
export function checkHello(hello: Hello, peer: string | null): CheckedHello {
  const { protocol, bootId, healthAddress } = hello;
  if (protocol !== PROTOCOL) {
    const sentence =
      `This aggregator speaks protocol ${PROTOCOL}, and the probe speaks ${protocol}; ` +
      "run the same version of Quorate on both.";
    return { ok: false, sentence };
  }
  if (!isBootId(bootId)) {
    const sentence = "Expected a boot_id of 16 to 64 characters of 0-9 and a-z in hello.";
    return { ok: false, sentence };
  }
  const dialable = healthAddress === "" ? "" : dialableAddress(healthAddress, peer);
  if (dialable === null) {
    const sentence = "Expected host:port, or nothing, as health_address in hello.";
    return { ok: false, sentence };
  }
  return {
    ok: true,
    hello: {
      protocol,
      bootId,
      version: cut(hello.version, VERSION_CHARS_MAX),
      kinds: hello.kinds.slice(0, KINDS_MAX).map((kind) => cut(kind, KIND_CHARS_MAX)),
      hostname: cut(hello.hostname, HOSTNAME_CHARS_MAX),
      healthAddress: dialable,
    },
  };
}

/** What is wrong with a heartbeat, as a sentence; null when nothing is. */
export function heartbeatFlaw(heartbeat: Heartbeat): string | null {
  if (!Number.isFinite(heartbeat.sentMonoMs) || heartbeat.sentMonoMs < 0) {
    return `Expected a heartbeat's sent_mono_ms to be 0 or more, found ${heartbeat.sentMonoMs}.`;
  }
  if (heartbeat.canaries.length > 2 * LIMITS.canariesMax) {
    const max = 2 * LIMITS.canariesMax;
    return `Expected at most ${max} answers in a heartbeat, found ${heartbeat.canaries.length}.`;
  }
  return null;
}

/**
 * The canary answers that are heard: of canaries that were given to this probe, each once. A probe
 * cannot vote out a canary that it was never asked to look at.
 */
export function knownAnswers(
  answers: readonly CanaryAnswer[],
  given: ReadonlyMap<string, unknown>,
): CanaryAnswer[] {
  const seen = new Set<string>();
  const known = answers.filter(({ id }) => {
    if (!given.has(id) || seen.has(id)) return false;
    seen.add(id);
    return true;
  });
  return known.map((answer) => ({
    ...answer,
    reason: cut(answer.reason, KIND_CHARS_MAX),
    detail: cut(answer.detail, LIMITS.detailCharsMax),
  }));
}
