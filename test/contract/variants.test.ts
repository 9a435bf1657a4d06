/** Kinds with options that take another way through the code: the same contract holds for each. */
import { describe } from "node:test";
import { prepareCheck } from "../../probe/checks/index.ts";
import { startHttp } from "../helpers/http-target.ts";
import { shopDescriptors, startShop } from "../helpers/grpc-shop.ts";
import { checkContract } from "./check.ts";
import { testHostility } from "./check-hostile.ts";

const call = { method: "shop.v1.Orders/Get", descriptors: shopDescriptors() };

describe("over HTTP/2", () => {
  checkContract({
    kind: "http",
    startGood: () => startHttp(() => ({ body: "well" }), { version: "2" }),
    startBad: () => startHttp(() => ({ status: 503 }), { version: "2" }),
    options: (host, port) => ({
      url: `http://${host}:${port}/`,
      httpVersion: "2",
      bodyContains: "well",
    }),
  });
});

describe("with a method of its own", () => {
  checkContract({
    kind: "grpc",
    startGood: () => startShop({ reply: { order: { state: "PAID" } } }),
    startBad: () => startShop({ code: 14, details: "closed" }),
    options: (host, port) => ({
      host,
      port,
      call: { ...call, expression: 'reply.order.state == "PAID"' },
    }),
  });
});

describe("a gRPC check by reflection", () => {
  const reflected = { method: call.method };
  testHostility((port) => prepareCheck("grpc", { host: "127.0.0.1", port, call: reflected }));
});

describe("a gRPC check that keeps a Watch", () => {
  testHostility((port) => prepareCheck("grpc", { host: "127.0.0.1", port, watch: true }));
});

describe("a script that starts TLS", () => {
  const script = [{ expect: "220 " }, { send: "STARTTLS\r\n", expect: "220 ", startTls: true }];
  testHostility((port) => prepareCheck("tcp", { host: "127.0.0.1", port, script }));
});

describe("a check over TLS", () => {
  testHostility((port) => prepareCheck("http", { url: `https://127.0.0.1:${port}/` }));
});

describe("a proxy", () => {
  testHostility((port) => {
    const proxy = { url: `http://127.0.0.1:${port}` };
    return prepareCheck("http", { url: "http://127.0.0.1:1/", proxy });
  }, "void");
});

describe("a server of tokens", () => {
  testHostility((port) => {
    const tokenUrl = `http://127.0.0.1:${port}/`;
    const oauth2 = { tokenUrl, clientId: "me", clientSecret: "hush" };
    return prepareCheck("http", { url: "http://127.0.0.1:1/", oauth2 });
  }, "void");
});
