import assert from "node:assert/strict";
import test from "node:test";
import { peerHost } from "../../../shared/host-port.ts";
import { checkHello } from "../../../aggregator/grpc/message-check.ts";

const hello = {
  protocol: 1,
  bootId: "b".repeat(16),
  version: "v".repeat(500),
  kinds: Array.from({ length: 500 }, () => "k".repeat(500)),
  hostname: "h".repeat(5_000),
  healthAddress: "",
};

/** The health address as kept; null when hello is refused. */
function keptAddress(healthAddress: string, peer: string | null): string | null {
  const checked = checkHello({ ...hello, healthAddress }, peer);
  return checked.ok ? checked.hello.healthAddress : null;
}

test("a health address is kept as others can dial it", () => {
  assert.equal(keptAddress("", "10.0.0.7"), "");
  assert.equal(keptAddress("rack-a.example:7710", "10.0.0.7"), "rack-a.example:7710");
  assert.equal(keptAddress("[2001:db8::1]:7710", null), "[2001:db8::1]:7710");
  assert.equal(keptAddress("0.0.0.0:7710", "10.0.0.7"), "10.0.0.7:7710");
  assert.equal(keptAddress("[::]:7710", "2001:db8::7"), "[2001:db8::7]:7710");
});

test("a loopback health address counts only for a probe on the aggregator's own machine", () => {
  assert.equal(keptAddress("127.0.0.1:7710", "127.0.0.1"), "127.0.0.1:7710");
  assert.equal(keptAddress("127.0.0.1:7710", "10.0.0.7"), "");
  assert.equal(keptAddress("0.0.0.0:7710", null), "");
});

test("what is no address refuses the hello", () => {
  for (const text of ["nowhere", "a:0", "a:65536", "a b:1", "[1.2.3.4]:1", ":80", "http://a:1"]) {
    assert.equal(keptAddress(text, "10.0.0.7"), null, text);
  }
});

test("texts of a hello are cut to their bounds", () => {
  const checked = checkHello(hello, null);
  assert.ok(checked.ok);
  assert.equal(checked.hello.version.length, 64);
  assert.equal(checked.hello.hostname.length, 255);
  assert.equal(checked.hello.kinds.length, 64);
  assert.ok(checked.hello.kinds.every((kind) => kind.length === 40));
});

test("the host of a peer is read from the form of grpc-js", () => {
  assert.equal(peerHost("10.0.0.7:4711"), "10.0.0.7");
  assert.equal(peerHost("::1:4711"), "::1");
  assert.equal(peerHost("::ffff:10.0.0.7:4711"), "10.0.0.7");
  assert.equal(peerHost("unknown"), null);
});
