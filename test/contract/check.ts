/** What every kind of check must do; run over each row of the table of kinds. */
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { systemClock } from "../../shared/clock.ts";
import type { CheckOutcome, OutcomeClass } from "../../shared/outcome.ts";
import { REASONS } from "../../shared/reason.ts";
import { LIMITS } from "../../shared/limits.ts";
import type { PreparedCheck } from "../../probe/checks/check.ts";
import { prepareCheck } from "../../probe/checks/index.ts";
import { runCheck } from "../../probe/checks/run.ts";
import { startDns } from "../helpers/dns-server.ts";
import type { DnsServer } from "../helpers/dns-server.ts";
import { eventually } from "../helpers/eventually.ts";
import { closedPort, silent, startDeafTarget, startTarget } from "../helpers/target-server.ts";
import type { TargetServer } from "../helpers/target-server.ts";

/** A kind under contract. */
export interface CheckContract {
  kind: string;
  /** Starts a target that passes. */
  startGood(): Promise<{ port: number; close(): Promise<void> }>;
  /** Starts a target that connects and fails. */
  startBad(): Promise<{ port: number; close(): Promise<void> }>;
  /** Options that look at this host and port and pass on the good target only. */
  options(host: string, port: number): Record<string, unknown>;
}

interface Room {
  good: { port: number; close(): Promise<void> };
  bad: { port: number; close(): Promise<void> };
  silent: TargetServer;
  deaf: TargetServer;
  dns: DnsServer;
  closed: number;
}

const clock = systemClock();
const ABORT_MS = 100;

/** One look that counts how often and when its outcome came. */
function look(check: PreparedCheck, sourceAddress?: string) {
  const outcomes: CheckOutcome[] = [];
  let running = true;
  let synchronous = false;
  const context = { clock, timeoutMs: 2_000, sourceAddress };
  const abort = check.run(context, (outcome) => {
    synchronous ||= running;
    outcomes.push(outcome);
  });
  running = false;
  return { abort, outcomes, synchronous: () => synchronous };
}

async function outcomeOf(looking: ReturnType<typeof look>): Promise<CheckOutcome> {
  await eventually("the outcome", () => looking.outcomes.length > 0);
  const [outcome] = looking.outcomes;
  assert.ok(outcome);
  return outcome;
}

function assertSound(outcome: CheckOutcome): void {
  const row = REASONS[outcome.reason];
  assert.equal(outcome.class, row.class);
  assert.equal(outcome.source, row.source);
  assert.equal(outcome.detail === "", outcome.class === "ok", outcome.detail);
  assert.ok(outcome.detail.length <= LIMITS.detailCharsMax);
  for (const phaseUs of Object.values(outcome.phases)) {
    assert.ok(Number.isInteger(phaseUs) && phaseUs >= 0, String(phaseUs));
  }
}

/** Sockets of this process that are open, of servers too. */
function openSockets(): number {
  const kinds = new Set(["TCPSocketWrap", "TLSWrap", "UDPWrap", "DNSCHANNEL"]);
  return process.getActiveResourcesInfo().filter((kind) => kinds.has(kind)).length;
}

/** Registers the tests of the contract for one kind. */
export function checkContract(contract: CheckContract): void {
  const { kind } = contract;
  describe(`the ${kind} check`, () => {
    const room = openRoom(contract);
    const prepare = (host: string, port: number, more: Record<string, unknown> = {}) =>
      prepareCheck(kind, { ...contract.options(host, port), ...more });
    testOutcomes(room, prepare);
    testAborts(room, prepare);
    testLeaks(room, prepare);
  });
}

type Prepare = (host: string, port: number, more?: Record<string, unknown>) => PreparedCheck;

/** The servers of one kind, open while its tests run. */
function openRoom(contract: CheckContract): () => Room {
  let room: Room | undefined;
  before(async () => {
    room = {
      good: await contract.startGood(),
      bad: await contract.startBad(),
      silent: await startTarget(silent),
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

function testOutcomes(room: () => Room, prepare: Prepare): void {
  const expectClass = async (check: PreparedCheck, expected: OutcomeClass, reason?: string) => {
    const outcome = await runCheck(check, { clock, timeoutMs: 5_000 });
    assertSound(outcome);
    assert.equal(outcome.class, expected, outcome.detail);
    if (reason !== undefined) assert.equal(outcome.reason, reason);
    return outcome;
  };

  it("passes on a good target, and times the phases", async () => {
    const outcome = await expectClass(prepare("127.0.0.1", room().good.port), "ok");
    assert.ok(outcome.phases.connectUs > 0);
  });
  it("passes by a name of /etc/hosts", async () => {
    const check = prepare("localhost", room().good.port, { family: 4 });
    const outcome = await expectClass(check, "ok");
    assert.ok(outcome.phases.dnsUs > 0);
  });
  it("calls a target that fails after it connected sub", async () => {
    await expectClass(prepare("127.0.0.1", room().bad.port), "sub");
  });
  it("calls a refused connection dead, and names the address", async () => {
    const { closed } = room();
    const outcome = await expectClass(prepare("127.0.0.1", closed), "dead", "connection_refused");
    assert.equal(
      outcome.detail,
      `Connection refused: nothing is listening on 127.0.0.1:${closed}.`,
    );
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
  it("calls a source address that is not of this machine void", async () => {
    const check = prepare("127.0.0.1", room().good.port);
    for (const sourceAddress of ["192.0.2.1", "no address"]) {
      const outcome = await runCheck(check, { clock, timeoutMs: 5_000, sourceAddress });
      assertSound(outcome);
      assert.equal(outcome.class, "void", outcome.detail);
    }
  });
  it("connects from the source address it is told", async () => {
    const check = prepare("127.0.0.1", room().good.port);
    const outcome = await runCheck(check, { clock, timeoutMs: 5_000, sourceAddress: "127.0.0.1" });
    assert.equal(outcome.class, "ok", outcome.detail);
  });
}

function testAborts(room: () => Room, prepare: Prepare): void {
  const timeoutCases: [string, () => PreparedCheck, string][] = [
    [
      "resolving",
      () => prepare("slow.test", 1, { resolver: room().dns.resolver }),
      "resolver_timeout",
    ],
    ["connecting", () => prepare("127.0.0.1", room().deaf.port), "connect_timeout"],
    ["talking", () => prepare("127.0.0.1", room().silent.port), "read_timeout"],
  ];
  for (const [phase, prepared, reason] of timeoutCases) {
    it(`ends at its deadline while ${phase}`, async () => {
      const timeoutMs = 150;
      const startedMs = clock.monoMs();
      const outcome = await runCheck(prepared(), { clock, timeoutMs });
      assertSound(outcome);
      assert.equal(outcome.reason, reason, outcome.detail);
      assert.ok(clock.monoMs() - startedMs >= timeoutMs - 1);
    });
  }
  it("gives its outcome soon after an abort, once, and closes its sockets", async () => {
    const { silent: quiet } = room();
    const looking = look(prepare("127.0.0.1", quiet.port));
    await eventually("the connection", () => quiet.open() > 0);
    const abortedMs = clock.monoMs();
    looking.abort("deadline");
    assert.equal(looking.outcomes.length, 0, "not inside the abort");
    await new Promise((resolve) => void setImmediate(resolve));
    assert.equal(looking.outcomes.length, 1);
    assert.ok(clock.monoMs() - abortedMs < ABORT_MS);
    looking.abort("deadline");
    looking.abort("stopping");
    await eventually("the socket is closed", () => quiet.open() === 0);
    assert.equal(looking.outcomes.length, 1);
  });
  it("says nothing about the target when the probe stops", async () => {
    for (const port of [room().good.port, room().silent.port, room().deaf.port]) {
      const looking = look(prepare("127.0.0.1", port));
      looking.abort("stopping");
      const outcome = await outcomeOf(looking);
      assertSound(outcome);
      assert.equal(outcome.reason, "aborted");
      assert.equal(outcome.class, "void");
    }
  });
}

function testLeaks(room: () => Room, prepare: Prepare): void {
  it("never gives its outcome inside run", async () => {
    const { good, closed, dns } = room();
    const checks = [
      look(prepare("127.0.0.1", good.port)),
      look(prepare("127.0.0.1", closed)),
      look(prepare("127.0.0.1", good.port), "no address"),
      look(prepare("absent.test", 1, { resolver: dns.resolver })),
    ];
    for (const looking of checks) {
      assertSound(await outcomeOf(looking));
      assert.equal(looking.synchronous(), false);
    }
  });
  it("leaves nothing open after 200 looks, and gives one outcome each", async () => {
    const { good, bad, silent: quiet, closed, dns } = room();
    const checks = [
      prepare("127.0.0.1", good.port),
      prepare("127.0.0.1", bad.port),
      prepare("127.0.0.1", closed),
      prepare("127.0.0.1", quiet.port),
      prepare("absent.test", 1, { resolver: dns.resolver }),
    ];
    await runCheck(prepare("127.0.0.1", good.port), { clock, timeoutMs: 5_000 });
    const openBefore = openSockets();
    const looks = Array.from({ length: 40 }, () => checks.map((check) => look(check))).flat();
    await eventually("the silent target holds all", () => quiet.open() === 40);
    for (const [index, looking] of looks.entries()) {
      if (index % 5 === 3) looking.abort(index % 2 === 0 ? "deadline" : "stopping");
    }
    await eventually("every look ended", () => looks.every((one) => one.outcomes.length > 0));
    await eventually("every socket is closed", () => openSockets() <= openBefore);
    for (const looking of looks) {
      assert.equal(looking.outcomes.length, 1);
      looking.outcomes.forEach(assertSound);
    }
  });
}
