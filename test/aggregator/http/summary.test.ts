/** /api/v1/summary. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { IncidentChange } from "../../../aggregator/ports.ts";
import { summarySchema } from "../../../shared/api/summary.ts";
import { targetSchema } from "../../../shared/api/target.ts";
import type { VerdictState } from "../../../shared/verdict.ts";
import { withHttpRoom } from "../../helpers/http-room.ts";
import type { HttpRoom } from "../../helpers/http-room.ts";
import { intent, START_MS } from "../../helpers/store-data.ts";

const options = { host: "127.0.0.1", port: 80 };

/** `name`, or `name team` for one of another team than shop. */
async function add(room: HttpRoom, named: string, state?: VerdictState) {
  const [name, team = "shop"] = named.split(" ");
  const body = { name, kind: "tcp", options, labels: { team } };
  const { id } = targetSchema.parse(
    (await room.expect(201, "POST /api/v1/targets", { body })).body,
  );
  if (state) room.engine.setVerdict(id, state);
  return id;
}

async function open(room: HttpRoom, targetId: string): Promise<void> {
  const incident: IncidentChange = {
    id: `inc_${targetId}`,
    targetId,
    targetName: "web",
    severity: "critical",
    state: "open",
    cause: "unreachable",
    openedAtMs: START_MS,
    resolvedAtMs: null,
    sentence: "It is down.",
  };
  const nothing = { tick: null, events: [], transitions: [], notifications: [], spans: [] };
  await room.store.events.commit({ atMs: START_MS, ...nothing, incidents: [incident] });
}

async function summary(room: HttpRoom, query = "") {
  return summarySchema.parse((await room.expect(200, `GET /api/v1/summary${query}`)).body);
}

test("an empty aggregator says that there is no target", () =>
  withHttpRoom(async (room) => {
    const told = await summary(room);
    assert.equal(told.sentence, "There is no target yet.");
    assert.equal(told.targets.states.down, 0, "zeros are told");
    assert.deepEqual(told.worst, []);
    room.engine.setReady(false);
    assert.match((await summary(room)).sentence, /not up to date/);
  }));

test("the summary counts targets, incidents, probes and notifications, the worst first", () =>
  withHttpRoom(async (room) => {
    await add(room, "a", "up");
    await add(room, "b", "degraded");
    const down = await add(room, "c", "down");
    await add(room, "d other");
    await open(room, down);
    const body = { name: "rack-a", region: "east", zone: "a" };
    await room.expect(201, "POST /api/v1/probes", { body });
    await room.store.notifications.add([intent("p"), intent("w", { state: "withheld" })]);
    const told = await summary(room);
    assert.deepEqual(told.targets, {
      total: 4,
      states: {
        down: 1,
        sub_healthy: 0,
        partial: 0,
        suspect: 0,
        recovering: 0,
        degraded: 1,
        unknown: 1,
        up: 1,
      },
    });
    assert.deepEqual(
      told.worst.map(({ target, state }) => `${target} ${state}`),
      ["c down", "b degraded", "d unknown"],
    );
    const { newest, ...counts } = told.incidents;
    const severities = { critical: 1, major: 0, minor: 0 };
    assert.deepEqual(counts, { open: 1, unacknowledged: 1, severities });
    assert.deepEqual(
      newest.map(({ id }) => id),
      [`inc_${down}`],
    );
    assert.deepEqual([told.probes.total, told.probes.connected], [1, 0]);
    assert.equal(told.probes.states.joining, 1);
    assert.deepEqual(told.notifications, { pending: 1, dead: 0, withheld: 1 });
    assert.equal(
      told.sentence,
      "Of 4 targets: 1 up, 1 unknown, 1 degraded, 1 down. " +
        "Open incidents: 1, of which nobody looks after 1. " +
        "Probes that may judge: 0 of 1, in 0 failure domains.",
    );
  }));

test("labels narrow the targets and incidents of the summary, and `show` what is listed", () =>
  withHttpRoom(async (room) => {
    await add(room, "a", "down");
    const other = await add(room, "b other", "down");
    await open(room, other);
    const shop = await summary(room, "?labels=team%3Dshop");
    assert.deepEqual([shop.targets.total, shop.incidents.open], [1, 0]);
    const none = await summary(room, "?show=0");
    assert.deepEqual([none.worst, none.incidents.newest, none.incidents.open], [[], [], 1]);
    const problem = await room.refused(422, "GET /api/v1/summary?labels=team%3Dshop%20x");
    assert.match(problem.detail, /labels: expected "," or the end at character 11/);
  }));
