/** What every kind of check must do; run over each row of the table of kinds. */
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { systemClock } from "../../shared/clock.ts";
import type { CheckSite, PreparedCheck } from "../../probe/checks/check.ts";
import { prepareCheck } from "../../probe/checks/index.ts";
import { runCheck } from "../../probe/checks/run.ts";
import { startDns } from "../helpers/dns-server.ts";
import type { DnsServer } from "../helpers/dns-server.ts";
import { eventually } from "../helpers/eventually.ts";
import { closedPort, silent, startDeafTarget, startTarget } from "../helpers/target-server.ts";
import type { TargetServer } from "../helpers/target-server.ts";
import { assertSound, beginLook, expectClass, openSockets, outcomeOf } from "./check-look.ts";
import { testHostility } from "./check-hostile.ts";

/**
 * Something that most kinds do. `names` resolves a host name, with the options `resolver` and
 * `family`; `source` connects from a local address; `tcp` connects by TCP, so that a refusal is
 * dead and a connection may hang; `talk` waits for what the target says.
 */
export type Trait = "names" | "source" | "tcp" | "talk";

/** A server of a test. */
export interface ContractServer {
  port: number;
  close(): Promise<void>;
}

/** A server that never answers. */
export interface SilentServer extends ContractServer {
  /** One entry for each connection or question it has seen. */
  seen: readonly string[];
  /** Connections open now; 0 where there are none. */
  open(): number;
}

/** A kind under contract. */
export interface CheckContract {
  kind: string;
  /** Why it cannot be tested on this machine; false or absent: it can. */
  skip?: string | false;
  /** Starts a target that passes. */
  startGood(): Promise<ContractServer>;
  /** Starts a target that is reached and fails. */
  startBad(): Promise<ContractServer>;
  /** Starts a target that never answers. Default: one that accepts TCP connections. */
  startSilent?(): Promise<SilentServer>;
  /** Options that look at this host and port and pass on the good target only. */
  options(host: string, port: number): Record<string, unknown>;
  /** The place where its checks run. Default: none. */
  site?: CheckSite;
  /** Makes a prepared check see what the target at this port does, where it asks nobody. */
  ready?(check: PreparedCheck, port: number): void;
  /** Looks at each target in the test for leaks; fewer where each is a process. Default 200. */
  looksEach?: number;
  /** Traits that the kind does not have, each with the reason. Default: it has all. */
  without?: Partial<Record<Trait, string>>;
}

interface Room {
  good: ContractServer;
  bad: ContractServer;
  silent: SilentServer;
  deaf: TargetServer;
  dns: DnsServer;
  closed: number;
}

const clock = systemClock();
/** Looks at each target in the test for leaks: with five targets 1,000 checks. */
const LOOKS_EACH = 200;

/** What the tests of one kind have in common. */
interface Subject {
  room(): Room;
  prepare(host: string, port: number, more?: Record<string, unknown>): PreparedCheck;
  has(trait: Trait): boolean;
  looksEach: number;
}

/** Registers the tests of the contract for one kind. */
export function checkContract(contract: CheckContract): void {
  const { kind } = contract;
  describe(`the ${kind} check`, { skip: contract.skip ?? false }, () => {
    const subject: Subject = {
      room: openRoom(contract),
      prepare(host, port, more = {}) {
        const options = { ...contract.options(host, port), ...more };
        const check = prepareCheck(kind, options, contract.site);
        contract.ready?.(check, port);
        return check;
      },
      looksEach: contract.looksEach ?? LOOKS_EACH,
      has: (trait) => contract.without?.[trait] === undefined,
    };
    testOutcomes(subject);
    if (subject.has("names")) testNames(subject);
    if (subject.has("source")) testSource(subject);
    testDeadlines(subject);
    testAborts(subject);
    testOnce(subject);
    testLeaks(subject);
    if (subject.has("tcp") && subject.has("talk")) {
      testHostility((port) => subject.prepare("127.0.0.1", port));
    }
  });
}

/** The servers of one kind, open while its tests run. */
function openRoom(contract: CheckContract): () => Room {
  let room: Room | undefined;
  before(async () => {
    room = {
      good: await contract.startGood(),
      bad: await contract.startBad(),
      silent: await (contract.startSilent?.() ?? startTarget(silent)),
      deaf: await startDeafTarget(),
      dns: await startDns({ "slow.test": "silence", "broken.test": { code: 2 } }),
      closed: await closedPort(),
    };
  });
  after(async () => {
    if (room === undefined) return;
    const { good, bad, silent: quiet, deaf, dns } = room;
    await Promise.all([good, bad, quiet, deaf, dns].map((server) => server.close()));
  });
  return () => {
    assert.ok(room);
    return room;
  };
}

function testOutcomes({ room, prepare, has }: Subject): void {
  it("passes on a good target, and times the phases", async () => {
    const outcome = await expectClass(prepare("127.0.0.1", room().good.port), "ok");
    if (has("tcp")) assert.ok(outcome.phases.connectUs > 0);
  });
  it("calls a target that was reached and fails sub", async () => {
    await expectClass(prepare("127.0.0.1", room().bad.port), "sub");
  });
  if (!has("tcp")) return;
  it("calls a refused connection dead, and names the address", async () => {
    const { closed } = room();
    const outcome = await expectClass(prepare("127.0.0.1", closed), "dead", "connection_refused");
    const sentence = `Connection refused: nothing is listening on 127.0.0.1:${closed}.`;
    assert.ok(outcome.detail.endsWith(sentence), outcome.detail);
  });
}

function testNames({ room, prepare }: Subject): void {
  it("passes by a name of /etc/hosts", async () => {
    const check = prepare("localhost", room().good.port, { family: 4 });
    const outcome = await expectClass(check, "ok");
    assert.ok(outcome.phases.dnsUs > 0);
  });
  it("calls a name that does not exist dns, and names the resolver", async () => {
    const { resolver } = room().dns;
    const check = prepare("absent.test", 1, { resolver });
    const outcome = await expectClass(check, "dns", "name_not_found");
    assert.equal(outcome.resolver, resolver);
  });
  it("calls a resolver that fails dns", async () => {
    const { resolver } = room().dns;
    await expectClass(prepare("broken.test", 1, { resolver }), "dns", "resolver_failure");
  });
}

function testSource({ room, prepare }: Subject): void {
  it("calls a source address that is not of this machine void", async () => {
    const check = prepare("127.0.0.1", room().good.port);
    for (const sourceAddress of ["192.0.2.1", "no address"]) {
      const outcome = await runCheck(check, { clock, timeoutMs: 5_000, sourceAddress });
      assertSound(outcome);
      assert.equal(outcome.class, "void", outcome.detail);
    }
    await expectClass(
      prepare("127.0.0.1", room().good.port, { sourceAddress: "192.0.2.1" }),
      "void",
    );
  });
  it("connects from the source address it is told", async () => {
    const { port } = room().good;
    const context = { clock, timeoutMs: 5_000, sourceAddress: "127.0.0.1" };
    const outcome = await runCheck(prepare("127.0.0.1", port), context);
    assert.equal(outcome.class, "ok", outcome.detail);
    const own = prepare("127.0.0.1", port, { sourceAddress: "127.0.0.1" });
    // The target's own address wins over that of the probe.
    const wins = await runCheck(own, { ...context, sourceAddress: "192.0.2.1" });
    assert.equal(wins.class, "ok", wins.detail);
  });
}

/** A phase, a check that never leaves it, and the reason then given. */
type DeadlineCase = [string, () => PreparedCheck, string];

function testDeadlines({ room, prepare, has }: Subject): void {
  const cases: DeadlineCase[] = [];
  if (has("names")) {
    const slow = (): PreparedCheck => prepare("slow.test", 1, { resolver: room().dns.resolver });
    cases.push(["resolving", slow, "resolver_timeout"]);
  }
  if (has("tcp")) {
    const deaf = (): PreparedCheck => prepare("127.0.0.1", room().deaf.port);
    cases.push(["connecting", deaf, "connect_timeout"]);
  }
  if (has("talk")) {
    const quiet = (): PreparedCheck => prepare("127.0.0.1", room().silent.port);
    cases.push(["talking", quiet, "read_timeout"]);
  }
  const timeoutMs = 100;
  it(`ends at its deadline, and says in which phase it was`, async () => {
    const look = async ([phase, prepared, reason]: DeadlineCase): Promise<void> => {
      const startedMs = clock.monoMs();
      const outcome = await runCheck(prepared(), { clock, timeoutMs });
      assertSound(outcome);
      assert.equal(outcome.reason, reason, `while ${phase}: ${outcome.detail}`);
      assert.ok(clock.monoMs() - startedMs >= timeoutMs - 1);
    };
    await Promise.all(cases.map(look));
  });
}

function testAborts({ room, prepare, has }: Subject): void {
  if (has("talk")) {
    it("gives its outcome soon after an abort, once, and closes its sockets", async () => {
      const { silent: quiet } = room();
      const seenBefore = quiet.seen.length;
      const looking = beginLook(prepare("127.0.0.1", quiet.port));
      await eventually("the connection", () => quiet.seen.length > seenBefore);
      looking.abort("deadline");
      assert.equal(looking.outcomes.length, 0, "not inside the abort");
      await new Promise((resolve) => void setImmediate(resolve));
      assert.equal(looking.outcomes.length, 1, "in the next turn of the event loop");
      looking.abort("deadline");
      looking.abort("stopping");
      await eventually("the socket is closed", () => quiet.open() === 0);
      assert.equal(looking.outcomes.length, 1);
    });
  }
  it("says nothing about the target when the probe stops", async () => {
    for (const port of [room().good.port, room().silent.port, room().deaf.port]) {
      const looking = beginLook(prepare("127.0.0.1", port));
      looking.abort("stopping");
      const outcome = await outcomeOf(looking);
      assertSound(outcome);
      assert.equal(outcome.reason, "aborted");
      assert.equal(outcome.class, "void");
    }
  });
}

function testOnce({ room, prepare, has }: Subject): void {
  it("never gives its outcome inside run", async () => {
    const { good, closed, dns } = room();
    const checks = [
      beginLook(prepare("127.0.0.1", good.port)),
      beginLook(prepare("127.0.0.1", closed)),
    ];
    if (has("source")) checks.push(beginLook(prepare("127.0.0.1", good.port), "no address"));
    if (has("names")) {
      checks.push(beginLook(prepare("absent.test", 1, { resolver: dns.resolver })));
    }
    for (const looking of checks) {
      assertSound(await outcomeOf(looking));
      assert.equal(looking.synchronous(), false);
    }
  });
}

function testLeaks({ room, prepare, has, looksEach }: Subject): void {
  it(`leaves nothing open after ${looksEach} looks at each, with an outcome each`, async () => {
    const { good, bad, silent: quiet, closed, dns } = room();
    const checks = [
      prepare("127.0.0.1", good.port),
      prepare("127.0.0.1", bad.port),
      prepare("127.0.0.1", closed),
    ];
    if (has("names")) checks.push(prepare("absent.test", 1, { resolver: dns.resolver }));
    await runCheck(prepare("127.0.0.1", good.port), { clock, timeoutMs: 5_000 });
    const openBefore = openSockets();
    for (let round = 0; round < 5; round += 1) {
      const each = { length: looksEach / 5 };
      const looks = Array.from(each, () => checks.map((check) => beginLook(check))).flat();
      const waiting = Array.from(each, () => beginLook(prepare("127.0.0.1", quiet.port)));
      waiting.forEach(({ abort }, index) => abort(index % 2 === 0 ? "deadline" : "stopping"));
      const all = [...looks, ...waiting];
      await eventually("every look ended", () => all.every((one) => one.outcomes.length > 0));
      for (const { outcomes } of all) {
        assert.equal(outcomes.length, 1);
        outcomes.forEach(assertSound);
      }
    }
    await eventually("every socket is closed", () => openSockets() <= openBefore);
  });
}
