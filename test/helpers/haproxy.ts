/** A real HAProxy with the example configuration of deploy/. */
import { spawn } from "node:child_process";
import { request } from "node:http";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { pathOf } from "./needs.ts";

const CONFIG = fileURLToPath(new URL("../../deploy/haproxy/haproxy.cfg", import.meta.url));

/** What one request through the proxy came to. */
export interface Proxied {
  /** 503 when no server is in, null when nothing listens yet. */
  status: number | null;
  body: string;
}

/** A running HAProxy. */
export interface HaProxy {
  /** Asks for / through the proxy. */
  get(): Promise<Proxied>;
  /** What it said so far. */
  said(): string;
  close(): Promise<void>;
}

/** Starts HAProxy before two servers; `agentPort` is the aggregator's. */
export function startHaProxy(
  agentPort: number,
  servers: { shopA: number; shopB: number },
): HaProxy {
  const folder = mkdtempSync(join(tmpdir(), "quorate-haproxy-"));
  const socketPath = join(folder, "front.sock");
  const child = spawn(pathOf("haproxy"), ["-db", "-f", CONFIG], {
    stdio: ["ignore", "pipe", "pipe"],
    env: {
      QUORATE_AGENT_HOST: "127.0.0.1",
      QUORATE_AGENT_PORT: String(agentPort),
      FRONT: `unix@${socketPath}`,
      SHOP_A: `127.0.0.1:${servers.shopA}`,
      SHOP_B: `127.0.0.1:${servers.shopB}`,
    },
  });
  let said = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (chunk: Buffer) => void (said += chunk.toString()));
  }
  const ended = new Promise<void>((resolve) => {
    child.once("error", () => resolve());
    child.once("close", () => resolve());
  });
  return {
    get: () =>
      new Promise((resolve) => {
        const asked = request({ socketPath, path: "/", agent: false }, (answer) => {
          let body = "";
          answer.setEncoding("utf8");
          answer.on("data", (chunk) => void (body += String(chunk)));
          answer.on("end", () => resolve({ status: answer.statusCode ?? null, body }));
        });
        asked.on("error", () => resolve({ status: null, body: "" }));
        asked.end();
      }),
    said: () => said,
    close: async () => {
      child.kill("SIGKILL");
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
