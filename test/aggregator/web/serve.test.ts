/** The dashboard's door: its own paths, its own files, and nothing else. */
import assert from "node:assert/strict";
import test from "node:test";
import { openDashboard } from "../../../aggregator/web/serve.ts";

const dashboard = openDashboard();
const ask = (path: string, init: RequestInit = {}): Promise<Response | null> =>
  dashboard(new Request(`http://127.0.0.1${path}`, init));

test("every page of the dashboard is the one document, which names its files", async () => {
  const page = await ask("/");
  const text = (await page?.text()) ?? "";
  assert.match(page?.headers.get("content-type") ?? "", /^text\/html/);
  assert.equal(page?.headers.get("cache-control"), "no-cache");
  for (const path of ["/targets/shop", "/matrix", "/incidents/inc_1", "/settings/tokens"]) {
    assert.equal(await (await ask(path))?.text(), text, path);
  }
  assert.doesNotMatch(text, /<script(?![^>]*src=)|style="| on\w+=/);
  const files = [...text.matchAll(/(?:src|href)="(\/assets\/[^"]+)"/g)].map(([, path]) => path);
  assert.ok(files.length >= 3);
  for (const path of files) {
    const file = await ask(path ?? "");
    assert.match(file?.headers.get("cache-control") ?? "", /immutable/, path);
  }
});

test("what is not the dashboard's is left to others", async () => {
  for (const path of ["/api/v1/targets", "/docs", "/status/shop", "/targetsx", "/assets/none.js"]) {
    assert.equal(await ask(path), null, path);
  }
  assert.equal(await ask("/", { method: "POST" }), null);
  assert.equal((await ask("/favicon.ico"))?.headers.get("content-type"), "image/svg+xml");
});

test("a path that climbs out of the files finds none", async () => {
  for (const path of ["/assets/../serve.ts", "/assets/%2e%2e/serve.ts", "/assets/..%2fserve.ts"]) {
    assert.equal(await ask(path), null, path);
  }
});
