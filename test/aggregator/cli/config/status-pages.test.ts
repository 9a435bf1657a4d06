import assert from "node:assert/strict";
import { test } from "node:test";
import { withConfigRoom } from "../../../helpers/config-room.ts";

const FILE = `
owner: main
statusPages:
  - name: shop
    title: Shop
    labels: public=yes
    groupBy: group
    hosts: [status.example.com]
    announcements:
      - title: Moving
        text: We **move**.
        at: 2026-01-01T00:00:00Z
  - name: inside
    title: Inside
    visibility: password
    password: \${env:STATUS_PASSWORD}
`;

test("status pages are made, changed and deleted as a file says", () =>
  withConfigRoom(async (room) => {
    assert.deepEqual(await room.steps(FILE), [
      "create status-page shop",
      "create status-page inside",
    ]);
    const page = await room.client.statusPages.get("inside");
    assert.equal(page.password, "***");
    assert.deepEqual(await room.steps(FILE), [], "the same file changes nothing");
    assert.equal((await room.client.statusPages.get("inside")).revision, 1);
    const other = FILE.replace("title: Shop", "title: Store");
    assert.deepEqual(await room.steps(other), ["update status-page shop"]);
    const gone = await room.steps("owner: main\n");
    assert.deepEqual(gone, ["delete status-page inside", "delete status-page shop"]);
  }));

test("status pages are exported, their passwords as variables, and applied again alike", () =>
  withConfigRoom(async (room) => {
    await room.steps(FILE);
    const exported = await room.export();
    assert.match(exported, /password: \$\{env:QUORATE_STATUS_PAGE_INSIDE_PASSWORD\}/);
    assert.doesNotMatch(exported, /secret of|path:/);
    await withConfigRoom(async (empty) => {
      await empty.steps(exported);
      assert.equal(await empty.export(), exported);
    });
  }));
