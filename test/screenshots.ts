/**
 * Takes the pictures of the dashboard for the README: every page of a real mesh, light, dark and
 * narrow, into deploy/screenshots. Run by `npm run screenshots` after a change that is seen.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { z } from "zod";
import { signInBrowser, startBrowser } from "./helpers/chromium.ts";
import { patiently } from "./helpers/patience.ts";
import { startProgram } from "./helpers/program.ts";
import type { Program } from "./helpers/program.ts";
import { addProbes, openRealMesh } from "./helpers/real-mesh.ts";
import type { OpenMesh } from "./helpers/real-mesh.ts";

const FOLDER = "deploy/screenshots";
const QUALITY = 72;
/** A picture for a document: larger ones make the repository heavy. */
const BYTES_MAX = 100_000;

const MODES = [
  { name: "light", colorScheme: "light", viewport: { width: 1_280, height: 800 } },
  { name: "dark", colorScheme: "dark", viewport: { width: 1_280, height: 800 } },
  { name: "narrow", colorScheme: "light", viewport: { width: 390, height: 780 } },
] as const;

const SERVICES = [
  "catalog",
  "checkout",
  "feature-flags",
  "fraud-scoring",
  "images",
  "inventory",
  "ledger",
  "login",
  "mailer",
  "payments",
  "recommendations",
  "search",
  "sessions",
  "webhooks",
];
const TEAMS = ["shop", "payments", "platform"];

async function startTarget(mesh: OpenMesh, ...flags: string[]): Promise<[Program, number]> {
  const duke = startProgram(["duke", ...flags]);
  mesh.onClose(() => duke.close());
  const [, port] = await duke.says(/^http http:\/\/127\.0\.0\.1:(\d+)\/$/m);
  return [duke, Number(port)];
}

/** A mesh with a history: targets that are well, one that flips, one that died. */
async function furnish(mesh: OpenMesh): Promise<void> {
  const [, well] = await startTarget(mesh, "--steady");
  const [, flipping] = await startTarget(mesh, "--period", "9s");
  const [dying, doomed] = await startTarget(mesh, "--steady");
  await addProbes(mesh, "rack-a", "rack-b", "rack-c", "rack-d");
  for (const [index, name] of SERVICES.entries()) {
    const port = name === "mailer" ? flipping : name === "payments" ? doomed : well;
    const team = TEAMS[index % TEAMS.length] ?? "";
    await mesh.addTarget(name, port, { fall: 3, labels: { team, env: "prod" } });
  }
  const zones = { vantages: { zones: ["rack-z"] }, labels: { team: "platform", env: "staging" } };
  await mesh.addTarget("backup", well, zones);
  const options = { url: "http://127.0.0.1:9/hook", unsigned: true };
  await mesh.client.channels.create({ name: "on-call", kind: "webhook", options });
  await mesh.untilWell("checkout", "payments");
  await patiently("the flipping target has flipped twice", async () => {
    return (await mesh.client.verdicts.transitions("mailer")).items.length > 6;
  });
  await dying.close();
  await mesh.untilState("payments", "down");
}

const pictureSchema = z.object({ data: z.string() });

async function take(page: Page, name: string): Promise<void> {
  const cdp = await page.context().newCDPSession(page);
  const options = { format: "webp", quality: QUALITY } as const;
  const { data } = pictureSchema.parse(await cdp.send("Page.captureScreenshot", options));
  const bytes = Buffer.from(data, "base64");
  const size = `${name}.webp ${Math.round(bytes.length / 1_000)} kB\n`;
  if (bytes.length > BYTES_MAX) throw new Error(`too large for a document: ${size}`);
  writeFileSync(join(FOLDER, `${name}.webp`), bytes);
  process.stdout.write(size);
}

/** Pages by the name of their picture; each with something that shows that it is drawn. */
function pagesOf(incident: string): [name: string, path: string, drawn: string][] {
  return [
    ["overview", "/", ".beats path"],
    ["target", "/targets/payments", ".u-legend .u-marker"],
    ["form", "/targets/checkout/edit", ".further"],
    ["matrix", "/matrix", "button.cell"],
    ["mesh", "/mesh", ".reach-answer"],
    ["incidents", "/incidents", ".incident-card"],
    ["incident", `/incidents/${incident}`, ".then li"],
    ["settings", "/settings/channels", ".setting-card"],
  ];
}

async function photograph(browser: Browser, mesh: OpenMesh, incident: string): Promise<void> {
  for (const { name: mode, ...look } of MODES) {
    const context = await browser.newContext({ ...look, locale: "en-US", baseURL: mesh.url });
    const page = await context.newPage();
    await page.goto("/");
    await page.getByLabel("Token").waitFor();
    await take(page, `sign-in-${mode}`);
    await signInBrowser(page, mesh.url, mesh.token);
    for (const [name, path, drawn] of pagesOf(incident)) {
      await page.goto(path);
      await page.locator(drawn).first().waitFor({ state: "attached" });
      // Until the fonts are there and the answers that come last have been drawn.
      await page.evaluate("document.fonts.ready.then(() => true)");
      await page.evaluate("new Promise((done) => setTimeout(done, 600))");
      await take(page, `${name}-${mode}`);
    }
    await context.close();
  }
}

mkdirSync(FOLDER, { recursive: true });
const mesh = await openRealMesh({ heartbeatMs: 1_500 });
const browser = await startBrowser();
try {
  await furnish(mesh);
  const { items } = await mesh.client.incidents.list({ target: "payments" });
  await photograph(browser, mesh, items[0]?.id ?? "");
} finally {
  await browser.close();
  await mesh.close();
}
