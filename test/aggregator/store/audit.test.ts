import assert from "node:assert/strict";
import { test } from "node:test";
import type { AuditClass, AuditEntry } from "../../../aggregator/ports.ts";
import { createAuditStore } from "../../../aggregator/store/audit.ts";
import { openConnection } from "../../../aggregator/store/connection.ts";
import { createExpiry } from "../../../aggregator/store/expiry.ts";
import { silentLog } from "../../../shared/log.ts";
import { allPages } from "../../helpers/store-data.ts";

const entry = (of: AuditClass, name: string): AuditEntry => ({
  class: of,
  actor: { kind: "token", id: "tok_a", name: "ci" },
  address: "192.0.2.1",
  operation: "PUT /api/v1/targets/{id}",
  action: "update",
  resource: "targets",
  resourceId: `tgt_${name}`,
  name,
  revisionBefore: 1,
  revisionAfter: 2,
  changed: ["labels.team"],
  status: 200,
  error: "",
});

test("a flood of one class is bounded, and pushes no other out", async () => {
  const connection = openConnection({ path: ":memory:", log: silentLog() });
  const audit = createAuditStore(connection, 100);
  await audit.append([{ ...entry("write", "web"), atMs: 1 }]);
  const flood = Array.from({ length: 3_000 }, () => ({ ...entry("sign_in", ""), atMs: 2 }));
  await audit.append(flood);
  const kept = async (of: AuditClass): Promise<number> =>
    (await allPages((cursor) => audit.list({ class: of, limit: 500, cursor }))).length;
  assert.equal(await kept("write"), 1);
  const signIns = await kept("sign_in");
  assert.ok(signIns >= 100 && signIns <= 1_100, String(signIns));
  await connection.close();
});

test("records come back as they were kept, the newest first, until they are too old", async () => {
  const connection = openConnection({ path: ":memory:", log: silentLog() });
  const audit = createAuditStore(connection);
  await audit.append([
    { ...entry("write", "a"), atMs: 1_000 },
    { ...entry("write", "b"), atMs: 2_000 },
  ]);
  const { rows } = await audit.list({ limit: 10 });
  assert.deepEqual(rows, [
    { ...entry("write", "b"), atMs: 2_000, number: 2 },
    { ...entry("write", "a"), atMs: 1_000, number: 1 },
  ]);
  await createExpiry(connection)(1_500);
  assert.equal((await audit.list({ limit: 10 })).rows.length, 1);
  await connection.close();
});
