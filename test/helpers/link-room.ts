/** A link over a real connection to a scripted aggregator, with a clock the test owns. */
import type { TestContext } from "node:test";
import { createLink } from "../../probe/link.ts";
import type { LinkHandlers } from "../../probe/link-handlers.ts";
import type { HeartbeatFacts, Link } from "../../probe/link.ts";
import { linkChannel } from "../../probe/channel.ts";
import type { Spool } from "../../probe/spool.ts";
import { silentLog } from "../../shared/log.ts";
import { seededRandom } from "../../shared/random.ts";
import { openScriptedMesh } from "./scripted-mesh.ts";
import type { MeshScript, ScriptedMesh } from "./scripted-mesh.ts";
import { simClock } from "./sim-clock.ts";
import type { SimClock } from "./sim-clock.ts";
import { batch, FIRST_BOOT, spoolRoom } from "./spool-room.ts";

/** A link and its surroundings. */
export interface LinkRoom {
  clock: SimClock;
  mesh: ScriptedMesh;
  spool: Spool;
  link: Link;
  told: string[];
  /** Adds batches to the spool and lets the link send them. */
  add(...numbers: number[]): void;
  close(): Promise<void>;
}

/** Facts of a probe that is well and idle. */
export const FACTS: HeartbeatFacts = {
  canaries: [],
  mustFailHeld: true,
  eventLoopLagMs: 0,
  cpuMilli: 0,
  rssBytes: 0,
  loadMilli: 0,
  skippedChecks: 0,
  runningChecks: 0,
  spooledBatches: 0,
  droppedBatches: 0,
  lastOutage: undefined,
};

function teller(told: string[], taken?: Promise<void>): LinkHandlers {
  return {
    onAnchor: ({ atMs, monoMs }) => void told.push(`anchor ${atMs} ${monoMs}`),
    onIdentity: () => null,
    onWelcome: ({ name }, heartbeatMs) => void told.push(`welcome ${name} ${heartbeatMs}`),
    onAssignments({ snapshot }) {
      told.push(`assignments ${snapshot}`);
      return taken;
    },
    onRecheck: ({ handles }) => void told.push(`recheck ${handles.join(",")}`),
    onDrain: (reason) => void told.push(`drain ${reason}`),
    onDown: () => void told.push("down"),
    onRefused: (why) => void told.push(`refused ${why}`),
  };
}

/**
 * Opens a room, closed after the test; the link is started. `dataDir` is another's spool; `taken`
 * is what the taking in of assignments lasts.
 */
export async function openLinkRoom(
  t: TestContext,
  script: Partial<MeshScript> = {},
  given: { dataDir?: string; bootId?: string; taken?: Promise<void> } = {},
): Promise<LinkRoom> {
  const mesh = await openScriptedMesh(script);
  const clock = simClock();
  const folders = spoolRoom();
  const { dataDir = folders.newFolder(), bootId = FIRST_BOOT } = given;
  const { spool } = folders.open(dataDir, { clock, bootId });
  const told: string[] = [];
  const link = createLink({
    clock,
    random: seededRandom(1),
    log: silentLog(),
    channel: linkChannel({ host: "127.0.0.1", port: mesh.port }),
    token: "qrt_probe_1",
    hello: () => HELLO(bootId),
    spool,
    handlers: teller(told, given.taken),
  });
  link.start();
  const room: LinkRoom = {
    clock,
    mesh,
    spool,
    link,
    told,
    add(...numbers) {
      for (const number of numbers) spool.add(batch(number));
      link.pump();
    },
    async close() {
      if (link.state().name === "closed") return;
      const wasOpen = link.state().name === "open";
      const stopped = link.stop("The test is over.");
      // An open session ends when the server has heard the goodbye; any other by the clock.
      if (!wasOpen) clock.advance(5_000);
      await stopped;
      spool.close();
      mesh.close();
      folders.close();
    },
  };
  t.after(() => room.close());
  return room;
}

const HELLO = (bootId: string) => ({
  protocol: 1,
  bootId,
  version: "0.0.0",
  kinds: ["tcp"],
  hostname: "rack-a.test",
  healthAddress: "",
});
