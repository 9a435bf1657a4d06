/** What is expected of a DNS reply. */
import { expectedText } from "./dns-message.ts";
import type { DnsReply } from "./dns-message.ts";
import type { DnsOptions } from "./dns-options.ts";
import { whereOf } from "./look.ts";
import type { Look } from "./look.ts";

/** Ends the look by what the reply says. */
export function judgeReply(look: Look, options: DnsOptions, reply: DnsReply): void {
  look.facts["rcode"] = reply.rcode;
  if (reply.rcode !== options.rcode) return wrongCode(look, options, reply.rcode);
  const flag = options.flags.find((name) => !reply.flags.has(name));
  const who = whereOf(look);
  const what = `${options.name} ${options.type}`;
  if (flag !== undefined) {
    return look.fail("dns_answer", `${who} answered for ${what} without the flag ${flag}.`);
  }
  if (reply.rcode !== "NOERROR") return look.pass();
  look.facts["answers"] = reply.records.length;
  const flaw = answersFlaw(look, options, reply) ?? ttlFlaw(options, reply);
  if (flaw !== undefined) return look.fail("dns_answer", `${who} answered for ${what} ${flaw}.`);
  look.pass();
}

/** Without a server of its own the resolver is asked for the name, and the fault is its. */
function wrongCode(look: Look, options: DnsOptions, rcode: string): void {
  const { name, server, type } = options;
  if (server === undefined && rcode === "NXDOMAIN") {
    const who = `says the resolver ${look.resolver}`;
    return look.fail("name_not_found", `The name ${name} does not exist, ${who}.`);
  }
  if (server === undefined && rcode !== "NOERROR") {
    const detail = `The resolver ${look.resolver} failed on ${name} ${type} (${rcode}).`;
    return look.fail("resolver_failure", detail);
  }
  const wanted = `expected ${options.rcode}`;
  look.fail("dns_rcode", `${whereOf(look)} answered ${rcode} for ${name} ${type}; ${wanted}.`);
}

function answersFlaw(look: Look, options: DnsOptions, reply: DnsReply): string | undefined {
  const { answersMin, answersMatch, type } = options;
  const found = reply.records.map(({ text }) => text);
  if (found.length < answersMin) {
    return `with ${found.length} records; expected at least ${answersMin}`;
  }
  if (options.answers.length === 0) return undefined;
  const expected = options.answers.map((text) => expectedText(text, type));
  const there = new Set(found);
  const missing = expected.filter((text) => !there.has(text));
  const shown = (texts: readonly string[]): string => look.quote(texts.join(", "));
  if (answersMatch === "any") {
    return missing.length < expected.length
      ? undefined
      : `with ${shown(found)}; expected any of ${shown(expected)}`;
  }
  if (missing.length > 0) return `with ${shown(found)}; missing ${shown(missing)}`;
  const wanted = new Set(expected);
  const other = found.filter((text) => !wanted.has(text));
  if (answersMatch === "all" || other.length === 0) return undefined;
  return `with ${shown(other)}, which is not expected`;
}

function ttlFlaw({ ttlSecMin, ttlSecMax }: DnsOptions, reply: DnsReply): string | undefined {
  for (const { ttlSec } of reply.records) {
    if (ttlSecMin !== undefined && ttlSec < ttlSecMin) {
      return `with a time to live of ${ttlSec} s; expected at least ${ttlSecMin} s`;
    }
    if (ttlSecMax !== undefined && ttlSec > ttlSecMax) {
      return `with a time to live of ${ttlSec} s; expected at most ${ttlSecMax} s`;
    }
  }
  return undefined;
}
