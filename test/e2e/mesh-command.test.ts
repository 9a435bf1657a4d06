import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "node:test";
import { promisify } from "node:util";
import { createApiClient } from "../../shared/api/client.ts";
import type { ApiClient } from "../../shared/api/client.ts";
import { systemClock } from "../../shared/clock.ts";
import { patiently } from "../helpers/patience.ts";
import { isAlive, startProgram } from "../helpers/program.ts";
import type { Program } from "../helpers/program.ts";

const TARGETS = ["duke", "health", "steady"];
const PROBES = ["rack-a", "rack-b", "rack-c"];
const PROCESSES = ["aggregator", "duke", "health", "hook", ...PROBES, "steady"];

/** What the README promises of Ctrl-C; one that works takes a tenth of it. */
const END_MS_MAX = 5_000;

interface Shown {
  mesh: Program;
  client: ApiClient;
  pids: number[];
}

/** Starts the command, and reads what it prints as a person would. */
async function startMesh(data: string): Promise<Shown> {
  const ports = ["--listen", "127.0.0.1:0", "--grpc-listen", "127.0.0.1:0"];
  // The flipping target flips later than any patience ends, so that its verdict is known.
  const times = ["--interval", "1s", "--heartbeat-ms", "2000", "--period", "10m"];
  const mesh = startProgram(["mesh", "--data", data, ...ports, ...times], { tied: false });
  try {
    const [, url = ""] = await mesh.says(/^API +(http:\S+)$/m);
    const [, tokenFile = ""] = await mesh.says(/^token +(\S+)$/m);
    await mesh.says(/^ +kill \d+ +# a target dies/m);
    assert.equal(statSync(tokenFile).mode & 0o777, 0o600);
    const client = createApiClient({ url, token: readFileSync(tokenFile, "utf8").trim() });
    const rows = [...mesh.output().matchAll(/^([a-z-]+) +(\d+) +\S/gm)];
    assert.deepEqual(rows.map(([, name]) => String(name)).toSorted(), PROCESSES);
    return { mesh, client, pids: rows.map(([, , pid]) => Number(pid)) };
  } catch (error) {
    await mesh.close();
    throw error;
  }
}

/** Resolves once every target is up and every probe is eligible. */
async function untilUp({ client }: Shown): Promise<void> {
  await patiently("three targets are up", async () => {
    const { items } = await client.verdicts.list();
    const up = items.filter(({ state }) => state === "up").map(({ target }) => target);
    return up.join() === TARGETS.join();
  });
  await patiently("three probes are eligible", async () => {
    const { items } = await client.probes.list();
    const eligible = items.filter(({ status }) => status.state === "eligible");
    return eligible.map(({ name }) => name).join() === PROBES.join();
  });
}

async function idsOf(client: ApiClient): Promise<string[]> {
  const lists = [await client.targets.list(), await client.probes.list()];
  return lists.flatMap(({ items }) => items.map(({ id }) => id));
}

/** Runs what the mesh says to try, up to the first command that explains, as typed. */
async function tryWhatItSays({ mesh }: Shown): Promise<string> {
  const lines = mesh.output().split("\n");
  const hints = lines.slice(lines.findIndex((line) => line.startsWith("Try, in another")) + 1);
  const typed = hints.slice(0, hints.findIndex((line) => line.includes("verdicts explain")) + 1);
  assert.ok(typed.length > 0);
  const { stdout } = await promisify(execFile)("sh", ["-c", typed.join("\n")]);
  return stdout;
}

test(
  "the mesh command runs a mesh, ends all of it, and goes on where it was",
  { timeout: 170_000 },
  async () => {
    const clock = systemClock();
    const data = mkdtempSync(join(tmpdir(), "quorate-mesh-"));
    const programs: Program[] = [];
    try {
      const first = await startMesh(data);
      programs.push(first.mesh);
      await untilUp(first);
      for (const name of TARGETS) {
        await first.mesh.says(new RegExp(`target\\.up +${name}: Up since .* reach(es)? it`));
      }
      assert.match(await tryWhatItSays(first), /^duke is UP since/);
      const ids = await idsOf(first.client);
      assert.ok(first.pids.every(isAlive));
      const askedMs = clock.monoMs();
      first.mesh.signal("SIGINT");
      assert.deepEqual(await first.mesh.ended, { code: 0, signal: null });
      assert.ok(clock.monoMs() - askedMs < END_MS_MAX, "it ends within five seconds");
      assert.deepEqual(first.pids.filter(isAlive), [], "no child is left");

      const second = await startMesh(data);
      programs.push(second.mesh);
      await untilUp(second);
      assert.deepEqual(await idsOf(second.client), ids);
      // Killed, it can end nobody; its children see that it is gone.
      second.mesh.signal("SIGKILL");
      await second.mesh.ended;
      await patiently("no child is left", () => !second.pids.some(isAlive));
    } finally {
      for (const program of programs) await program.close();
      rmSync(data, { recursive: true, force: true });
    }
  },
);
