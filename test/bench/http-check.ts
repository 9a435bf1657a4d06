/** CPU of a probe per HTTP check on a new connection, everything included, beside its peers. */
import { BOUNDS } from "./bounds.ts";
import { sleep, systemClock } from "../../shared/clock.ts";
import { median, spread, verdictOn } from "./facts.ts";
import type { BenchRow } from "./facts.ts";
import { startBlackbox, startHaProxyChecks } from "./peers.ts";
import type { Peer, PeerWork } from "./peers.ts";
import { measureWindows } from "./process-cost.ts";
import { countOf, endRole, message, pidOf, startRole } from "./role-process.ts";
import { startStub, untilPassed } from "./stub-aggregator.ts";

const clock = systemClock();
/** Short, so that one interval is soon over; a probe spreads its targets over it. */
const INTERVAL_MS = 2_500;
/** The first interval after the welcome moves slots (the anchor), so it is not measured. */
const WARM_MS = 5_000;
const WINDOWS = 5;
const WINDOW_MS = 1_500;
/** Beyond this many checks a second blackbox_exporter collapses on this machine's like. */
const BLACKBOX_RATE_MAX = 800;
/** CPU at most this many times that of HAProxy. */
const AIMS: Record<number, number> = { 4000: 1.5, 800: 1.8, 300: 2.2 };

type Start = (work: PeerWork) => Promise<Peer | null> | Peer | null;

/** Measures at one rate; takes some 45 seconds. */
export async function benchHttpCheck(rate: number): Promise<BenchRow[]> {
  const target = startRole("target", []);
  try {
    const targetPort = Number(await message(target, "port"));
    const targets = (rate * INTERVAL_MS) / 1_000;
    const work = { targetPort, targets, intervalMs: INTERVAL_MS };
    const costOf = async (start: Start): Promise<number[] | null> => {
      const peer = await start(work);
      if (peer === null) return null;
      try {
        await sleep(clock, WARM_MS);
        const count = (): Promise<number> => countOf(target);
        const wish = { windows: WINDOWS, windowMs: WINDOW_MS, count };
        const windows = await measureWindows(peer.pid, wish);
        const busy = windows.filter(({ counted }) => counted > 0);
        if (busy.length === 0) throw new Error("Nothing was looked at.");
        return busy.map(({ cpuUs, counted }) => cpuUs / counted);
      } finally {
        await peer.stop();
      }
    };
    const haproxy = await costOf(startHaProxyChecks);
    const raw = (await costOf(startRaw)) ?? [];
    const probe = (await costOf(startProbe)) ?? [];
    const blackbox = rate <= BLACKBOX_RATE_MAX ? await costOf(startBlackbox) : [];
    return rowsOf(rate, { haproxy, raw, probe, blackbox });
  } finally {
    await endRole(target);
  }
}

function startRaw({ targetPort, targets, intervalMs }: PeerWork): Peer {
  const child = startRole("baseline", [targetPort, (targets * 1_000) / intervalMs]);
  return { pid: pidOf(child), stop: () => endRole(child) };
}

async function startProbe({ targetPort, targets, intervalMs }: PeerWork): Promise<Peer> {
  const url = `http://127.0.0.1:${targetPort}/`;
  const stub = await startStub({ targets, intervalMs, kind: "http", options: () => ({ url }) });
  const child = startRole("probe", [stub.port]);
  await untilPassed(stub);
  return {
    pid: pidOf(child),
    async stop() {
      const { failed, void: voids, details } = stub.tally.read();
      await endRole(child);
      stub.close();
      if (failed === 0 && voids === 0) return;
      const why = [...details].join(" ");
      process.stderr.write(`${failed} checks failed and ${voids} were void. ${why}\n`);
    },
  };
}

interface Costs {
  haproxy: number[] | null;
  raw: number[];
  probe: number[];
  blackbox: number[] | null;
}

function rowsOf(rate: number, { haproxy, raw, probe, blackbox }: Costs): BenchRow[] {
  const what = `HTTP check at ${rate}/s`;
  const row = (name: string, figures: number[], aim = ""): BenchRow => {
    return { what: `${what}: ${name}, µs CPU a check`, figure: spread(figures, 1), aim };
  };
  const absent = (name: string): BenchRow => {
    return { what: `${what}: ${name}`, figure: "skipped: not installed", aim: "" };
  };
  const ratioTo = (name: string, base: number[], aim?: number): BenchRow => {
    const ratio = median(probe) / median(base);
    const word = aim === undefined ? "" : verdictOn(ratio <= aim, `at most ${aim}`, BOUNDS.http);
    return { what: `${what}: probe / ${name}`, figure: ratio.toFixed(2), aim: word };
  };
  const rows = [row("raw node:net", raw), row("whole probe", probe), ratioTo("raw", raw)];
  if (haproxy === null) rows.push(absent("HAProxy"));
  else rows.push(row("HAProxy", haproxy), ratioTo("HAProxy", haproxy, AIMS[rate]));
  if (blackbox === null) rows.push(absent("blackbox_exporter"));
  else if (blackbox.length > 0) {
    rows.push(row("blackbox_exporter", blackbox), ratioTo("blackbox_exporter", blackbox));
  }
  return rows;
}
