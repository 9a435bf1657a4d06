import assert from "node:assert/strict";
import test from "node:test";
import { createHandleTable } from "../../../aggregator/verdict/handle-table.ts";

test("what stands under a handle is found, replaced and taken away, however far apart", () => {
  const table = createHandleTable<{ name: string }>();
  const handles = [1, 1_023, 1_024, 70_000, 2 ** 31, 2 ** 32 - 1];
  for (const handle of handles.toReversed()) table.set(handle, { name: `t${handle}` });
  for (const handle of handles) assert.deepEqual(table.get(handle), { name: `t${handle}` });
  assert.equal(table.get(2), undefined);
  assert.equal(table.get(5_000_000), undefined);
  table.set(1, { name: "again" });
  table.delete(1_024);
  table.delete(1_024);
  table.delete(123_456_789);
  assert.deepEqual(
    [...table.values()].map(({ name }) => name),
    ["again", "t1023", "t70000", `t${2 ** 31}`, `t${2 ** 32 - 1}`],
  );
});

test("a table is empty again when all was taken away", () => {
  const table = createHandleTable<{ handle: number }>();
  for (let handle = 1; handle <= 3_000; handle += 1) table.set(handle, { handle });
  for (let handle = 1; handle <= 3_000; handle += 1) table.delete(handle);
  assert.deepEqual([...table.values()], []);
  table.set(7, { handle: 7 });
  assert.deepEqual([...table.values()], [{ handle: 7 }]);
});
