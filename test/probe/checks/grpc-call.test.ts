import assert from "node:assert/strict";
import { test } from "node:test";
import { systemClock } from "../../../shared/clock.ts";
import { prepareCheck } from "../../../probe/checks/index.ts";
import { runCheck } from "../../../probe/checks/run.ts";
import { shopDescriptors, startShop } from "../../helpers/grpc-shop.ts";
import type { Described, ShopSays } from "../../helpers/grpc-shop.ts";
import { lookAt, said } from "../../helpers/look-at.ts";
import { withTarget } from "../../helpers/with-target.ts";

const PAID: ShopSays = { reply: { order: { id: "7", state: "PAID", cents: 1200 } } };
const CALL = { method: "shop.v1.Orders/Get", request: { id: "7" } };

/** Looks once at a shop; the method is described by descriptors unless told otherwise. */
function call(says: ShopSays, more: object, described?: Described) {
  return withTarget(startShop(says, described), ({ port }) => {
    const own = described === undefined ? { descriptors: shopDescriptors() } : {};
    return lookAt("grpc", { host: "127.0.0.1", port, call: { ...CALL, ...own, ...more } });
  });
}

const OUTCOMES: [string, ShopSays, object, string, RegExp][] = [
  ["no expectation", PAID, {}, "ok ok", /^$/],
  ["an expression that holds", PAID, { expression: "reply.order.cents == 1200.0" }, "ok ok", /^$/],
  [
    "a field that was left out",
    { reply: { order: {} } },
    { expression: 'reply.order.state == "" && reply.order.cents == 0.0' },
    "ok ok",
    /^$/,
  ],
  [
    "an expression that does not hold",
    PAID,
    { expression: 'reply.order.state == "OPEN"' },
    "sub reply_expression",
    /makes "reply\.order\.state == \\"OPEN\\"" false/,
  ],
  [
    "an expression that does not fit",
    PAID,
    { expression: "reply.ordre.cents > 1.0" },
    "sub reply_expression",
    /does not fit the answer/,
  ],
  [
    "a status",
    { code: 14, details: "closed" },
    {},
    "sub grpc_status",
    /UNAVAILABLE \(14\): "closed"\.$/,
  ],
  [
    "a status that is expected",
    { code: 16, details: "" },
    { expectedStatus: "UNAUTHENTICATED" },
    "ok ok",
    /^$/,
  ],
  [
    "OK where another status is expected",
    PAID,
    { expectedStatus: "NOT_FOUND" },
    "sub grpc_status",
    /answered OK \(0\), expected NOT_FOUND\.$/,
  ],
  [
    "bytes that are no reply",
    { bytes: Buffer.from([0x0a, 0xff]) },
    {},
    "sub protocol_error",
    /no message of the method/,
  ],
];
for (const [name, says, more, expected, sentence] of OUTCOMES) {
  test(`a call with ${name} is ${expected}`, async () => {
    const outcome = await call(says, more);
    assert.equal(said(outcome), expected, outcome.detail);
    assert.match(outcome.detail, sentence);
  });
}

test("a request is sent as the message that it describes, with metadata", async () => {
  await withTarget(startShop(PAID), async (shop) => {
    const options = { host: "127.0.0.1", port: shop.port, call: CALL, metadata: { "x-key": "k" } };
    const outcome = await lookAt("grpc", options);
    assert.equal(said(outcome), "ok ok", outcome.detail);
    assert.deepEqual(shop.seen, [{ request: { id: "7" }, key: "k" }]);
    assert.equal(outcome.facts?.["grpcStatus"], "OK");
  });
});

const REFLECTED: [Described, object, string, RegExp][] = [
  ["v1", {}, "ok ok", /^$/],
  ["v1alpha", {}, "ok ok", /^$/],
  ["without imports", { expression: 'reply.order.state == "PAID"' }, "ok ok", /^$/],
  ["not at all", {}, "void misconfigured", /no server reflection; give `call\.descriptors`/],
  ["v1", { method: "shop.v1.Orders/Put" }, "void misconfigured", /has no method Put, it has Get/],
  ["v1", { method: "shop.v1.Orders/Follow" }, "void misconfigured", /is a stream/],
  ["v1", { method: "shop.v1.Carts/Get" }, "void misconfigured", /no shop\.v1\.Carts here/],
  ["v1", { request: { ident: "7" } }, "void misconfigured", /does not fit .*ident/],
];
for (const [described, more, expected, sentence] of REFLECTED) {
  test(`reflection ${described} with ${JSON.stringify(more)} is ${expected}`, async () => {
    const outcome = await call(PAID, more, described);
    assert.equal(said(outcome), expected, outcome.detail);
    assert.match(outcome.detail, sentence);
  });
}

test("reflection is asked once, not in every look", async () => {
  await withTarget(startShop(PAID, "without imports"), async (shop) => {
    const check = prepareCheck("grpc", { host: "127.0.0.1", port: shop.port, call: CALL });
    const clock = systemClock();
    for (let round = 0; round < 3; round += 1) {
      const outcome = await runCheck(check, { clock, timeoutMs: 5_000 });
      assert.equal(said(outcome), "ok ok", outcome.detail);
    }
    assert.equal(shop.reflected(), 2, "the service and its one import");
  });
});

const WRONG: [object, RegExp][] = [
  [{ method: "Get" }, /expected a method such as/],
  [{ descriptors: "AAAA" }, /expected a FileDescriptorSet in base64/],
  [{ method: "shop.v1.Orders/Put", descriptors: shopDescriptors() }, /has no method Put/],
  [{ request: { id: 7 }, descriptors: shopDescriptors() }, /expected a request of/],
  [{ expression: "rply.id == 1" }, /Unknown variable: rply/],
  [{ expression: "true", expectedStatus: "NOT_FOUND" }, /no reply otherwise/],
];
for (const [more, sentence] of WRONG) {
  test(`a call with ${JSON.stringify(more).slice(0, 40)} is refused when it is written`, () => {
    const options = { host: "a.test", port: 1, call: { ...CALL, ...more } };
    assert.throws(() => prepareCheck("grpc", options), sentence);
  });
}

test("a call and a watch cannot be one check", () => {
  const options = { host: "a.test", port: 1, call: CALL, watch: true };
  assert.throws(() => prepareCheck("grpc", options), /`watch` or `call`, not both/);
});
