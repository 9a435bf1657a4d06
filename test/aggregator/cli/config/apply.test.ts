import assert from "node:assert/strict";
import { test } from "node:test";
import { isoTime } from "../../../../shared/clock.ts";
import { withConfigRoom } from "../../../helpers/config-room.ts";
import type { ConfigRoom } from "../../../helpers/config-room.ts";

/** A file with something of everything; times lie ahead of the room's clock. */
const everything = (room: ConfigRoom): string => `
owner: shop
channels:
  - { name: hook, kind: webhook, options: { url: "https://x.example/a", secret: "\${env:S}" } }
  - { name: plain, kind: webhook, events: ["target.*"], delivery: { perMinute: 30 },
      options: { url: "https://hooks.example/b", unsigned: true } }
probes:
  - { name: rack-a, region: north, zone: a, labels: { rack: a } }
targets:
  - { name: web, kind: http, labels: { team: shop }, policy: { minDomains: 3 },
      options: { url: "http://web.example/", headers: { x-own: "$\${env:NOT} \${secret:probe}" } } }
  - { name: db, kind: tcp, intervalMs: 10000, parents: [web], enabled: false,
      options: { host: db.example, port: 5432 } }
routes:
  channels: [plain]
  routes: [{ matchers: [{ name: team, value: shop }], channels: [hook], remindAfterMs: [] }]
maintenance:
  - { name: disks, labels: { team: shop }, cron: "0 3 * * 0", durationMs: 3600000 }
  - { name: move, targets: [db], toAt: "${ahead(room, 2)}" }
silences:
  - { matchers: [{ name: target, op: "~", value: "web*" }], comment: known, author: ada,
      endsAt: "${ahead(room, 1)}" }
  - { matchers: [{ name: target, value: db }], comment: later, endsAt: "${ahead(room, 3)}",
      startsAt: "${ahead(room, 2)}" }
`;

const ahead = (room: ConfigRoom, days: number): string =>
  isoTime(room.http.engine.nowMs() + days * 86_400_000);

test("export, apply to an empty aggregator, and export again give the same text", async () => {
  await withConfigRoom(async (room) => {
    const made = await room.steps(everything(room));
    assert.equal(made.length, 10);
    assert.deepEqual(
      made.filter((step) => !step.startsWith("create ")),
      [],
    );
    const first = await room.export();
    assert.match(first, /secret: \$\{env:QUORATE_CHANNEL_HOOK_SECRET\}/);
    assert.match(first, /x-own: \$\$\{env:NOT\} \$\{secret:probe\}/);
    assert.doesNotMatch(first, /quorate\.owner|config\/shop|\*\*\*|intervalMs: 30000/);
    await withConfigRoom(async (empty) => {
      await empty.apply(first);
      assert.equal(await empty.export(), first);
      assert.deepEqual(await empty.steps(first), []);
    });
  });
});

test("a file that was applied changes nothing when it is applied again", async () => {
  await withConfigRoom(async (room) => {
    await room.apply(everything(room));
    const before = await room.client.targets.get("web");
    assert.deepEqual(await room.steps(everything(room)), []);
    assert.equal((await room.client.targets.get("web")).revision, before.revision);
  });
});

test("a secret that changed is sent, although nobody can see that it did", async () => {
  await withConfigRoom(async (room) => {
    await room.apply(everything(room));
    const secret = `whsec_${Buffer.from("another secret of 32 characters!").toString("base64")}`;
    const steps = await room.steps(everything(room), { variables: { S: secret } });
    assert.deepEqual(steps, ["update channel hook"]);
  });
});

test("what left the file is deleted, what changed in it is changed, in a safe order", async () => {
  await withConfigRoom(async (room) => {
    await room.apply(everything(room));
    const text = `
owner: shop
channels: [{ name: plain, kind: webhook, options: { url: "https://x.example/", unsigned: true } }]
targets: [{ name: web, kind: http, options: { url: "http://web.example/" } }]
maintenance: [{ name: disks, targets: [web], cron: "0 4 * * 0", durationMs: 3600000 }]
`;
    assert.deepEqual(await room.steps(text), [
      "update channel plain",
      "update target web",
      "update maintenance disks",
      "delete silence later",
      "delete silence known",
      "delete maintenance move",
      "delete routes routes",
      "delete target db",
      "delete probe rack-a",
      "delete channel hook",
    ]);
    assert.deepEqual(await room.steps(text), []);
    const { items } = await room.client.targets.list();
    assert.deepEqual(
      items.map(({ name }) => name),
      ["web"],
    );
  });
});

test("what the file does not keep is never touched, and a taken name is a conflict", async () => {
  await withConfigRoom(async (room) => {
    const options = { host: "by-hand.example", port: 1 };
    await room.client.targets.create({ name: "web", kind: "tcp", options });
    await room.client.targets.create({ name: "other", kind: "tcp", options });
    await room.client.routes.put({ channels: [] });
    const text = `
owner: shop
targets: [{ name: web, kind: tcp, options: { host: web.example, port: 2 } }]
routes: { channels: [] }
`;
    assert.deepEqual(await room.steps(text), ["failed target web", "failed routes routes"]);
    assert.equal((await room.client.targets.get("web")).options["host"], "by-hand.example");
    const adopted = await room.steps(text, { adopt: true });
    assert.deepEqual(adopted, ["update target web", "update routes routes"]);
    assert.deepEqual(await room.steps(text.replace("owner: shop", "owner: rival")), [
      "failed target web",
      "failed routes routes",
    ]);
    assert.deepEqual(await room.steps("owner: shop\n"), [
      "delete routes routes",
      "delete target web",
    ]);
    assert.equal((await room.client.targets.list()).items.length, 1);
  });
});

test("a step that fails says why, and stops no other", async () => {
  await withConfigRoom(async (room) => {
    const text = `
owner: shop
maintenance: [{ name: bad, targets: [x], cron: "61 0 * * *", durationMs: 60000 }]
silences: [{ matchers: [{ name: a, value: b }], comment: why, endsAt: "${ahead(room, 1)}" }]
`;
    const [bad, silence] = await room.apply(text);
    assert.match(bad?.error ?? "", /^cron: expected five fields/);
    assert.equal(silence?.error, null);
  });
});

test("a time that has passed is not planned, and a probe is made but never changed", async () => {
  await withConfigRoom(async (room) => {
    const text = `
owner: shop
probes: [{ name: rack-a, region: north, zone: a }]
maintenance: [{ name: past, targets: [x], toAt: "1970-01-01T00:00:00Z" }]
silences: [{ matchers: [{ name: a, value: b }], comment: past, endsAt: "1970-01-01T00:00:00Z" }]
`;
    assert.deepEqual(await room.steps(text), ["create probe rack-a"]);
    assert.match(room.tokens.get("rack-a") ?? "", /^qrt_probe_/);
    const moved = text.replace("zone: a", "zone: b");
    const [step] = await room.apply(moved);
    assert.match(step?.error ?? "", /zone of a probe cannot be changed/);
  });
});
