/** Every page: no error, nothing from elsewhere, nothing that planted scripts can use, for all. */
import assert from "node:assert/strict";
import { seriousFindings } from "../helpers/axe.ts";
import { browserTest } from "../helpers/chromium.ts";
import { addProbes } from "../helpers/real-mesh.ts";
import type { RealMesh } from "../helpers/real-mesh.ts";

const PLANTED = '<img src=x onerror="document.title=666"><script>document.title=666</script>';

/** A mesh in which everything there is carries a planted script somewhere. */
async function plant(mesh: RealMesh): Promise<string> {
  await addProbes(mesh, "rack-a", "rack-b");
  const labels = { team: PLANTED };
  await mesh.addTarget("shop", 9, { labels, playbookUrl: "https://example.org/playbook" });
  await mesh.untilState("shop", "down");
  const options = { url: "http://127.0.0.1:9/", unsigned: true };
  await mesh.client.channels.create({ name: "hook", kind: "webhook", options });
  const matchers = [{ name: "team", op: "=", value: PLANTED }];
  await mesh.client.silences.create({ matchers, durationMs: 600_000, comment: PLANTED });
  const window = { targets: ["shop"], cron: "0 3 * * 0", durationMs: 600_000 };
  await mesh.client.maintenance.create({ name: "window", ...window, comment: PLANTED });
  const { items } = await mesh.client.incidents.list();
  const id = items[0]?.id ?? "";
  await mesh.client.incidents.note(id, { text: PLANTED, author: PLANTED });
  await mesh.client.incidents.acknowledge(id, { by: PLANTED });
  return id;
}

/** Pages by their path, and what shows that they are there. */
const pagesOf = (incident: string): [path: string, shown: string][] => [
  ["/", "Overview"],
  ["/targets/shop", "Latency by vantage"],
  ["/targets/shop/edit", "Edit shop"],
  ["/targets/new", "Add a target"],
  ["/matrix", "Matrix"],
  ["/mesh", "Who reaches whom"],
  ["/incidents", "Incidents"],
  [`/incidents/${incident}`, "What happened"],
  ["/settings/channels", "Settings"],
  ["/settings/routes", "Where would this go?"],
  ["/settings/silences", "Settings"],
  ["/settings/maintenance", "The next 28 days"],
  ["/settings/status-pages", "Add status page"],
  ["/settings/tokens", "Create token"],
  ["/settings/browser", "Settings"],
  ["/start", "Welcome"],
];

browserTest("every page is clean, escaped and accessible, light and dark", async (room) => {
  const { page, mesh } = room;
  const incident = await plant(mesh);
  const found: string[] = [];
  await room.open("/");
  for (const [path, shown] of pagesOf(incident)) {
    await page.goto(path);
    await page.getByRole("heading", { name: shown }).first().waitFor();
    for (const colorScheme of ["light", "dark"] as const) {
      await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
      for (const finding of await seriousFindings(page))
        found.push(`${path} ${colorScheme} ${finding}`);
    }
    assert.equal(await page.locator("main img, main script").count(), 0, path);
    assert.ok(!(await page.title()).includes("666"), path);
  }
  assert.deepEqual(found, []);
});

browserTest("the page lets nothing run but its own files", async ({ page, mesh }) => {
  const answer = await page.goto(mesh.url);
  const policy = answer?.headers()["content-security-policy"] ?? "";
  assert.match(policy, /default-src 'none'/);
  assert.match(policy, /script-src 'self'/);
  assert.doesNotMatch(policy, /unsafe|\*|data:|https?:/);
  const script = await page.locator("script").first().getAttribute("src");
  const asset = await page.request.get(`${mesh.url}${script}`);
  assert.match(asset.headers()["cache-control"] ?? "", /immutable/);
  assert.equal((await page.request.get(`${mesh.url}/assets/nothing.js`)).status(), 404);
});

browserTest("pages fit a phone and speak three languages", async (room) => {
  const { page, mesh } = room;
  await mesh.addTarget("shop", 9);
  await room.open("/settings/browser");
  for (const [code, heading] of [
    ["de", "Einstellungen"],
    ["zh", "设置"],
    ["en", "Settings"],
  ]) {
    await page
      .locator("main select")
      .last()
      .selectOption(code ?? "");
    await page.getByRole("heading", { name: heading ?? "" }).waitFor();
    assert.equal(await page.locator("html").getAttribute("lang"), code);
  }
  await page.setViewportSize({ width: 390, height: 844 });
  for (const path of ["/", "/targets/shop", "/mesh", "/incidents", "/settings/channels"]) {
    await page.goto(path);
    await page.getByRole("heading", { level: 1 }).waitFor();
    const wide = await page.evaluate("document.documentElement.scrollWidth");
    assert.ok(Number(wide) <= 390, `${path} is ${String(wide)} pixels wide`);
  }
});
