import assert from "node:assert/strict";
import { test } from "node:test";
import { startCli, startFakeApi } from "./fake-api.ts";

const PAGE = {
  id: "stp_9w4e2r6t8y0v1x3z",
  name: "shop",
  title: "Shop",
  description: "",
  labels: "public=yes",
  hosts: ["status.example.com"],
  visibility: "public",
  reasons: false,
  locale: "en",
  announcements: [{ title: "Old", text: "", at: "2026-01-01T00:00:00.000Z", severity: "info" }],
  path: "/status/shop",
  revision: 3,
  createdAt: "2026-01-01T00:00:00.000Z",
  updatedAt: "2026-01-01T00:00:00.000Z",
};

test("status pages are listed, made and announced on from the command line", async () => {
  const api = await startFakeApi({
    "GET /status-pages": { json: { items: [PAGE], next: null } },
    "GET /status-pages/shop": { json: PAGE },
    "POST /status-pages": { status: 201, json: PAGE },
    "PATCH /status-pages/shop": { json: PAGE },
  });
  try {
    const run = (...args: string[]) => startCli(["status-pages", ...args, "--api", api.url]).done;
    const listed = await run("list");
    assert.match(
      listed.out,
      /shop +Shop +public +public=yes +\/status\/shop +status\.example\.com/,
    );
    const made = await run("create", "shop", "--labels", "public=yes", "--host", "a.example");
    assert.match(made.out, /shop is served at \/status\/shop/);
    assert.deepEqual(api.asked.at(-1)?.body, {
      name: "shop",
      title: "shop",
      labels: "public=yes",
      hosts: ["a.example"],
    });
    const said = await run("announce", "shop", "New", "--text", "We **move**.");
    assert.match(said.out, /shop announces: New/);
    const { body } = api.asked.at(-1) ?? {};
    assert.match(JSON.stringify(body), /"title":"Old".*"title":"New","text":"We \*\*move\*\*\."/);
    const gone = await run("withdraw", "shop", "Old");
    assert.match(gone.out, /1 announcements of shop were taken down/);
    assert.deepEqual(api.asked.at(-1)?.body, { announcements: [] });
    assert.match((await run("get", "shop")).out, /said 2026-01-01T00:00:00\.000Z +Old/);
  } finally {
    await api.close();
  }
});
