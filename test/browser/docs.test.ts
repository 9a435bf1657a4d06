/** The docs of the API in a real browser: wide and narrow, light and dark, without a script. */
import assert from "node:assert/strict";
import test from "node:test";
import type { Browser } from "playwright-core";
import { withApiRoom } from "../helpers/api-room.ts";
import { seriousFindings } from "../helpers/axe.ts";
import { startBrowser, watchPage } from "../helpers/chromium.ts";
import { needs } from "../helpers/needs.ts";

const PATHS = ["/docs", "/docs/channels"];
const WIDTHS = [1_440, 390];

/** What is wrong with the pages in a window of this width. */
async function findingsAt(browser: Browser, url: string, width: number): Promise<string[]> {
  const context = await browser.newContext({ baseURL: url, viewport: { width, height: 900 } });
  const page = await context.newPage();
  const found = watchPage(page, new Set([url]));
  for (const path of PATHS) {
    await page.goto(path);
    for (const colorScheme of ["light", "dark"] as const) {
      await page.emulateMedia({ colorScheme });
      const serious = await seriousFindings(page);
      found.push(...serious.map((finding) => `${path} ${width} ${colorScheme}: ${finding}`));
    }
  }
  for (const path of [...PATHS, "/docs/targets", "/docs/schemas"]) {
    await page.goto(path);
    const wider: unknown = await page.evaluate("document.documentElement.scrollWidth - innerWidth");
    if (wider !== 0) found.push(`${path} is ${String(wider)} px wider than ${width}`);
  }
  await context.close();
  return found;
}

test("the docs are clean, accessible and fit, wide and narrow", needs("chromium"), () =>
  withApiRoom(async ({ url }) => {
    const browser = await startBrowser();
    try {
      for (const width of WIDTHS) assert.deepEqual(await findingsAt(browser, url, width), []);
    } finally {
      await browser.close();
    }
  }),
);

test("the docs are read without JavaScript, and open what is folded", needs("chromium"), () =>
  withApiRoom(async ({ url }) => {
    const browser = await startBrowser();
    try {
      const context = await browser.newContext({ baseURL: url, javaScriptEnabled: false });
      const page = await context.newPage();
      await page.goto("/docs");
      await page.locator("nav").getByRole("link", { name: "Targets" }).click();
      const section = page.locator('[id="targets.create"]');
      await section.getByText("policy", { exact: true }).first().waitFor();
      const minimum = section.getByText("minDomains", { exact: true });
      assert.equal(await minimum.isVisible(), false);
      await section.getByText("Policy", { exact: true }).last().click();
      assert.equal(await minimum.isVisible(), true);
      await context.close();
    } finally {
      await browser.close();
    }
  }),
);
