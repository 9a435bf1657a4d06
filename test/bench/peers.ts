/** Peers that stand beside us in a benchmark, where this machine has them. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { request, Agent } from "node:http";
import type { AddressInfo } from "node:net";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sleep, systemClock } from "../../shared/clock.ts";
import { pathOf } from "../helpers/needs.ts";
import { endRole, pidOf, startProcess } from "./role-process.ts";

const clock = systemClock();
const CONFIG = "peer.config";

/** A program that looks at a target, as we do. */
export interface Peer {
  pid: number;
  stop(): Promise<void>;
}

/** What a peer is to look at. */
export interface PeerWork {
  targetPort: number;
  targets: number;
  intervalMs: number;
}

/** HAProxy with one `option httpchk` server a target; null where it is not installed. */
export function startHaProxyChecks(work: PeerWork): Peer | null {
  const program = pathOf("haproxy");
  if (program === "haproxy") return null;
  const { targetPort, targets, intervalMs } = work;
  const server = `127.0.0.1:${targetPort} check inter ${intervalMs}ms fall 3 rise 2`;
  return startPeer(
    program,
    (folder) => ["-db", "-q", "-f", join(folder, CONFIG)],
    (folder) => [
      "global",
      "  maxconn 100",
      "  nbthread 1",
      "defaults",
      "  mode http",
      "  timeout connect 5s",
      "  timeout client 5s",
      "  timeout server 5s",
      "frontend nobody",
      // It does not start without a listener.
      `  bind unix@${join(folder, "front.sock")}`,
      "backend targets",
      "  option httpchk",
      "  http-check send meth GET uri / ver HTTP/1.1 hdr host 127.0.0.1 hdr connection close",
      `  server-template t 1-${targets} ${server}`,
    ],
  );
}

/** blackbox_exporter, asked as often as Prometheus would; null where it is not installed. */
export async function startBlackbox(work: PeerWork): Promise<Peer | null> {
  const program = pathOf("prometheus-blackbox-exporter");
  if (program === "prometheus-blackbox-exporter") return null;
  const port = await freePort();
  const listen = `--web.listen-address=127.0.0.1:${port}`;
  const peer = startPeer(
    program,
    (folder) => [`--config.file=${join(folder, CONFIG)}`, listen, "--log.level=error"],
    () => ["modules:", "  http_2xx:", "    prober: http", "    timeout: 5s"],
  );
  const agent = new Agent({ keepAlive: true });
  const path = `/probe?module=http_2xx&target=http://127.0.0.1:${work.targetPort}/`;
  const ask = (): void => {
    const asked = request({ host: "127.0.0.1", port, path, agent }, (answer) => answer.resume());
    asked.on("error", () => undefined);
    asked.end();
  };
  await sleep(clock, 1_000);
  const startMs = clock.monoMs();
  let done = 0;
  const timer = clock.every(20, () => {
    const due = ((clock.monoMs() - startMs) * work.targets) / work.intervalMs;
    for (; done < due; done += 1) ask();
  });
  return {
    pid: peer.pid,
    async stop() {
      timer.cancel();
      agent.destroy();
      await peer.stop();
    },
  };
}

function startPeer(
  program: string,
  argumentsIn: (folder: string) => readonly string[],
  configIn: (folder: string) => readonly string[],
): Peer {
  const folder = mkdtempSync(join(tmpdir(), "quorate-bench-"));
  writeFileSync(join(folder, CONFIG), `${configIn(folder).join("\n")}\n`);
  const child = startProcess([program, ...argumentsIn(folder)]);
  return {
    pid: pidOf(child),
    async stop() {
      await endRole(child);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer();
    server.listen(0, "127.0.0.1", () => {
      const port = portOf(server.address());
      server.close(() => resolve(port));
    });
  });
}

/** Guarantee: a server that listens on TCP has an address with a port. */
function portOf(address: string | AddressInfo | null): number {
  return (address as AddressInfo).port;
}
