import assert from "node:assert/strict";
import test from "node:test";
import { chooseCanaries, peerZones } from "../../../aggregator/grpc/canaries.ts";
import { LIMITS } from "../../../shared/limits.ts";

const peer = (probeId: string, zone: string) => ({
  probeId,
  zone,
  healthAddress: `${probeId}:7710`,
});
const plain = {
  probeId: "p1",
  zone: "a",
  region: "north",
  named: [],
  aggregatorUrl: null,
  zones: peerZones([]),
};
const idsOf = (choice: Parameters<typeof chooseCanaries>[0]): string[] =>
  chooseCanaries(choice).map(({ id }) => id);

test("named canaries of the region come first, then the aggregator, then peers", () => {
  const canaries = chooseCanaries({
    ...plain,
    named: [
      { id: "edge", url: "https://example.org", region: null },
      { id: "north-dns", url: "tcp://10.0.0.53:53", region: "north" },
      { id: "south-dns", url: "tcp://10.9.0.53:53", region: "south" },
    ],
    aggregatorUrl: "tcp://10.0.0.1:7701",
    zones: peerZones([peer("p2", "b")]),
  });
  assert.deepEqual(canaries, [
    { id: "edge", url: "https://example.org" },
    { id: "north-dns", url: "tcp://10.0.0.53:53" },
    { id: "aggregator", url: "tcp://10.0.0.1:7701" },
    { id: "probe:p2", url: "tcp://p2:7710" },
  ]);
});

test("a peer of the own zone, and so the probe itself, is no canary", () => {
  const zones = peerZones([peer("p1", "a"), peer("p2", "a"), peer("p3", "c")]);
  assert.deepEqual(idsOf({ ...plain, zones }), ["probe:p3"]);
});

test("every zone is taken once before any is taken twice", () => {
  const peers = ["b", "c", "d"].flatMap((zone) => [peer(`${zone}1`, zone), peer(`${zone}2`, zone)]);
  const ids = idsOf({ ...plain, zones: peerZones(peers) });
  const zonesOf = (part: string[]): string[] => part.map((id) => id.slice(6, 7)).toSorted();
  assert.deepEqual(zonesOf(ids.slice(0, 3)), ["b", "c", "d"]);
  assert.deepEqual(zonesOf(ids.slice(3)), ["b", "c", "d"]);
});

test("there are at most as many as the bound says, and none twice", () => {
  const peers = Array.from({ length: 60 }, (_, at) => peer(`q${at}`, `z${at % 7}`));
  const ids = idsOf({
    ...plain,
    aggregatorUrl: "tcp://10.0.0.1:7701",
    zones: peerZones(peers),
  });
  assert.equal(ids.length, LIMITS.canariesMax);
  assert.equal(new Set(ids).size, ids.length);
});

test("the load of being a canary is shared", () => {
  const peers = Array.from({ length: 100 }, (_, at) => peer(`q${at}`, "b"));
  const zones = peerZones(peers);
  const asked = new Set<string>();
  for (let at = 0; at < 100; at += 1) {
    for (const id of idsOf({ ...plain, probeId: `prb_${at}`, zones })) asked.add(id);
  }
  assert.ok(asked.size > 90, `${asked.size} of 100 peers are asked`);
});
