/** A real browser before the dashboard of a real mesh. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { chromium } from "playwright-core";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { messageOf } from "../../shared/errors.ts";
import { needs, pathOf } from "./needs.ts";
import { openRealMesh } from "./real-mesh.ts";
import type { RealMesh, RealMeshOptions } from "./real-mesh.ts";

/** Answers that a browser reports although they are part of the page's way to ask. */
const ASKED_FOR = [/\/api\/v1\/session$/, /\/api\/v1\/routes$/];

/** What a test of the dashboard works with. */
export interface BrowserRoom {
  mesh: RealMesh;
  page: Page;
  context: BrowserContext;
  /** Opens a path of the dashboard, as somebody who signed in with a token (default: admin). */
  open(path: string, token?: string): Promise<void>;
}

/** Starts Chromium. */
export function startBrowser(): Promise<Browser> {
  // Its sandbox needs what a container does not give; the pages are our own.
  return chromium.launch({ executablePath: pathOf("chromium"), args: ["--no-sandbox"] });
}

/** Keeps what a page must not do: errors in its console, and requests to any other host. */
export function watchPage(page: Page, origins: ReadonlySet<string>): string[] {
  const found: string[] = [];
  page.on("console", (message) => {
    const { url } = message.location();
    const isAskedFor = ASKED_FOR.some((path) => path.test(url));
    if (message.type() === "error" && !isAskedFor) found.push(`${message.text()} ${url}`);
  });
  page.on("pageerror", (error) => found.push(messageOf(error)));
  page.on("request", (request) => {
    const { origin } = new URL(request.url());
    if (!origins.has(origin)) found.push(`asked another host: ${request.url()}`);
  });
  return found;
}

/** Signs the browser in, as the page itself would. */
export async function signInBrowser(page: Page, url: string, token: string): Promise<void> {
  const headers = { origin: url };
  const answer = await page.request.post(`${url}/api/v1/session`, { data: { token }, headers });
  assert.equal(answer.status(), 204, await answer.text());
}

/** What differs from a plain test. */
export interface BrowserTestOptions extends RealMeshOptions {
  /** Where the browser finds the dashboard. Default: at the aggregator itself. */
  through?: (mesh: RealMesh) => Promise<string>;
  /** Errors that the test itself brings about, such as those of a lost connection. */
  mayFail?: RegExp;
  width?: number;
}

/** A test of the dashboard with a mesh and a browser of its own; the page must behave. */
export function browserTest(
  name: string,
  body: (room: BrowserRoom) => Promise<void>,
  options: BrowserTestOptions = {},
): void {
  test(name, { timeout: 170_000, ...needs("chromium") }, async () => {
    const mesh = await openRealMesh(options);
    const browser = await startBrowser();
    try {
      const url = (await options.through?.(mesh)) ?? mesh.url;
      const viewport = { width: options.width ?? 1_440, height: 900 };
      const context = await browser.newContext({ baseURL: url, viewport, locale: "en-US" });
      // Long enough for a busy machine; a test that passes never waits for it.
      context.setDefaultTimeout(60_000);
      const page = await context.newPage();
      const found = watchPage(page, new Set([url]));
      const open = async (path: string, token = mesh.token): Promise<void> => {
        await signInBrowser(page, url, token);
        await page.goto(path);
      };
      await body({ mesh, page, context, open });
      const { mayFail } = options;
      const bad = found.filter((line) => mayFail === undefined || !mayFail.test(line));
      assert.deepEqual(bad, [], "the page behaves");
    } catch (error) {
      throw new Error(`${messageOf(error)}\n${await mesh.report()}`, { cause: error });
    } finally {
      await browser.close();
      await mesh.close();
    }
  });
}
