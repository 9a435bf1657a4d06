import assert from "node:assert/strict";
import { test } from "node:test";
import { prepareCheck } from "../../probe/checks/index.ts";
import { parseTargetList } from "../../shared/target-list.ts";

test("a list of targets is read by scheme, separated by blanks, lines or commas", () => {
  const text = `shop=https://shop.example/health?x=1, db=tcp://10.0.0.7:5432
    orders=grpcs://orders.example:443/shop.v1.Orders plain=grpc://[::1]:50051`;
  assert.deepEqual(parseTargetList(text), [
    { name: "shop", kind: "http", options: { url: "https://shop.example/health?x=1" } },
    { name: "db", kind: "tcp", options: { host: "10.0.0.7", port: 5432 } },
    {
      name: "orders",
      kind: "grpc",
      options: { host: "orders.example", port: 443, tls: {}, service: "shop.v1.Orders" },
    },
    { name: "plain", kind: "grpc", options: { host: "::1", port: 50_051 } },
  ]);
  assert.deepEqual(parseTargetList("  "), []);
});

test("every scheme gives options that its kind of check takes", () => {
  const schemes = ["tcp", "tls", "grpc", "grpcs", "redis", "rediss", "ntp"];
  const list = ["http://h/", "https://h/", "icmp://h", ...schemes.map((one) => `${one}://h:7`)];
  const text = list.map((address, at) => `t${at}=${address}`).join(" ");
  for (const { kind, options } of parseTargetList(text)) prepareCheck(kind, options);
  assert.deepEqual(parseTargetList("a=redis://h")[0]?.options, { host: "h" });
});

test("bad entries are told all at once, without the sign-in that may stand in one", () => {
  const bad = "ok=tcp://h:1 noname x=ftp://user:secret@h/ y=tcp://h z=tcp://h:1/p ok=tcp://h:2";
  assert.throws(
    () => parseTargetList(bad),
    (thrown: Error) => {
      const { message } = thrown;
      assert.match(message, /"noname": it has no name before the first =/);
      assert.match(message, /"x=ftp:\/\/\*\*\*@h\/": its kind is none of http, https, ws/);
      assert.match(message, /"y=tcp:\/\/h": expected HOST:PORT;/);
      assert.match(message, /"z=tcp:\/\/h:1\/p": nothing may follow/);
      assert.match(message, /the name ok stands twice/);
      assert.ok(!message.includes("secret"));
      return true;
    },
  );
});
