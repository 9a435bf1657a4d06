import assert from "node:assert/strict";
import { test } from "node:test";
import { CHECK_KINDS } from "../../../probe/checks/index.ts";
import { createShelf } from "../../../probe/checks/shelf.ts";
import { KIND_FILES } from "../../../probe/checks/table.ts";

const SITE = { secrets: () => undefined };
const TCP = { host: "127.0.0.1", port: 80 };

test("each kind has the name that the table gives it", () => {
  assert.deepEqual(
    CHECK_KINDS.map(({ kind }) => kind),
    [...KIND_FILES.keys()],
  );
});

test("a kind is loaded once, when it is first needed", async () => {
  let loaded = 0;
  const load = async () => {
    loaded += 1;
    return (await import("../../../probe/checks/tcp.ts")).tcpKind;
  };
  const shelf = createShelf(SITE, new Map([["tcp", load]]));
  assert.deepEqual(shelf.names, ["tcp"]);
  assert.equal(loaded, 0);
  await shelf.load(["tcp", "tcp", "sorcery"]);
  assert.equal(loaded, 1);
  assert.match(shelf.prepareCheck("tcp", TCP).endpoint, /127\.0\.0\.1:80/);
  assert.equal(shelf.load(["tcp", "sorcery"]), null);
  assert.throws(() => shelf.prepareCheck("tcp", {}), { code: "invalid" });
});

test("a kind whose file cannot be loaded refuses its targets with a sentence", async () => {
  const load = () => Promise.reject(new Error("no such file"));
  const shelf = createShelf(SITE, new Map([["tcp", load]]));
  await shelf.load(["tcp"]);
  assert.throws(() => shelf.prepareCheck("tcp", TCP), {
    code: "internal",
    message: /tcp checks could not be loaded: no such file\. Install this probe anew/,
  });
  assert.equal(shelf.load(["tcp"]), null);
});
