/** Status pages in a real browser: wide and narrow, light and dark, without a script. */
import assert from "node:assert/strict";
import test from "node:test";
import type { Browser, Page } from "playwright-core";
import { withApiRoom } from "../helpers/api-room.ts";
import type { ApiRoom } from "../helpers/api-room.ts";
import { seriousFindings } from "../helpers/axe.ts";
import { startBrowser, watchPage } from "../helpers/chromium.ts";
import { needs } from "../helpers/needs.ts";

const EVIL = `<script>document.title="evil"</script><img src="x" onerror="document.title='evil'">`;
const WIDTHS = [1_440, 390];

/** Makes targets, what is planned, and pages that show them. */
async function fill({ ask }: ApiRoom): Promise<void> {
  const post = async (path: string, body: object): Promise<void> => {
    const headers = { "content-type": "application/json" };
    const answer = await ask({ method: "POST", path, headers, body: JSON.stringify(body) });
    assert.equal(answer.status, 201, await answer.text());
  };
  const options = { host: "127.0.0.1", port: 1 };
  for (const [index, title] of ["Front page", "Checkout", EVIL].entries()) {
    const labels = { status: "yes", title, group: index === 0 ? "Customers" : "Back office" };
    await post("/api/v1/targets", { name: `status-${index}`, kind: "tcp", options, labels });
  }
  const window = { fromAt: "2026-01-01T00:00:00Z", toAt: "2100-01-01T00:00:00Z" };
  await post("/api/v1/maintenance", { name: "disks", labels: { status: "yes" }, ...window });
  const text = `We **move** on Monday, see [the plan](https://example.com/plan). ${EVIL}`;
  const announcements = [{ title: `Moving ${EVIL}`, text, at: "2026-01-01T00:00:00Z" }];
  const page = { title: `Shop ${EVIL}`, labels: "status=yes", groupBy: "group", announcements };
  for (const locale of ["en", "de", "zh"]) {
    await post("/api/v1/status-pages", { ...page, name: `status-${locale}`, locale });
  }
  const locked = { ...page, visibility: "password", password: "open sesame" };
  await post("/api/v1/status-pages", { ...locked, name: "status-locked" });
}

async function widthFinding(page: Page, what: string): Promise<string[]> {
  const wider: unknown = await page.evaluate("document.documentElement.scrollWidth - innerWidth");
  return wider === 0 ? [] : [`${what} is ${String(wider)} px wider than the window`];
}

async function findingsAt(browser: Browser, url: string, width: number): Promise<string[]> {
  const context = await browser.newContext({ baseURL: url, viewport: { width, height: 900 } });
  const page = await context.newPage();
  const found = watchPage(page, new Set([url]));
  for (const locale of ["en", "de", "zh"]) {
    const path = `/status/status-${locale}`;
    await page.goto(path);
    for (const colorScheme of ["light", "dark"] as const) {
      await page.emulateMedia({ colorScheme });
      const serious = await seriousFindings(page);
      found.push(...serious.map((finding) => `${path} ${width} ${colorScheme}: ${finding}`));
    }
    found.push(...(await widthFinding(page, `${path} at ${width}`)));
    if ((await page.title()) === "evil") found.push(`${path} ran a script`);
  }
  await context.close();
  return found;
}

test("status pages are clean, accessible and fit, wide and narrow", needs("chromium"), () =>
  withApiRoom(async (room) => {
    await fill(room);
    const browser = await startBrowser();
    try {
      for (const width of WIDTHS) {
        assert.deepEqual(await findingsAt(browser, room.url, width), []);
      }
    } finally {
      await browser.close();
    }
  }),
);

test("a status page is read, and its password given, without JavaScript", needs("chromium"), () =>
  withApiRoom(async (room) => {
    await fill(room);
    const browser = await startBrowser();
    try {
      const context = await browser.newContext({ baseURL: room.url, javaScriptEnabled: false });
      const page = await context.newPage();
      await page.goto("/status/status-locked");
      await page.getByLabel("Password").fill("wrong one");
      await page.getByRole("button", { name: "Show the page" }).click();
      await page.getByText("This is not the password.").waitFor();
      await page.getByLabel("Password").fill("open sesame");
      await page.getByRole("button", { name: "Show the page" }).click();
      await page.getByRole("heading", { name: "Front page" }).waitFor();
      await page.getByText("Maintenance is under way").waitFor();
      const plan = page.getByRole("link", { name: "the plan" });
      assert.equal(await plan.getAttribute("href"), "https://example.com/plan");
      await context.close();
    } finally {
      await browser.close();
    }
  }),
);
