/** What happens is shown without a reload. */
import assert from "node:assert/strict";
import { browserTest } from "../helpers/chromium.ts";
import { startFaultProxy } from "../helpers/fault-proxy.ts";
import type { FaultProxy } from "../helpers/fault-proxy.ts";
import { patiently } from "../helpers/patience.ts";
import { startProgram } from "../helpers/program.ts";
import { addProbes } from "../helpers/real-mesh.ts";
import type { RealMesh } from "../helpers/real-mesh.ts";

const ZONES = ["rack-a", "rack-b", "rack-c"];
/** A busy machine must not make a vantage look unwell. */
const STEADY = { heartbeatMs: 1_500 };

/** A target that runs, seen well by three zones, and the end of it. */
async function startShop(mesh: RealMesh): Promise<{ kill(): Promise<void> }> {
  const duke = startProgram(["duke", "--steady"]);
  mesh.onClose(() => duke.close());
  const [, port = ""] = await duke.says(/^http http:\/\/127\.0\.0\.1:(\d+)\/$/m);
  await addProbes(mesh, ...ZONES);
  await mesh.addTarget("shop", Number(port), { fall: 4 });
  await mesh.untilWell("shop");
  await mesh.untilState("shop", "up");
  return { kill: () => duke.close() };
}

browserTest(
  "a target that dies changes row, matrix, sentence and title without a reload",
  async (room) => {
    const { page, mesh, context } = room;
    const shop = await startShop(mesh);
    await room.open("/");
    const row = page.getByRole("row").filter({ hasText: "shop" });
    await row.getByText("Up", { exact: true }).waitFor();
    const matrix = await context.newPage();
    await matrix.goto("/matrix");
    await matrix.getByRole("button", { name: /shop, seen from rack-a: reaches it/ }).waitFor();
    const target = await context.newPage();
    await target.goto("/targets/shop");
    await target
      .getByText(/3 of 3 vantages in 2 regions reach it/)
      .first()
      .waitFor();
    for (const each of [page, matrix, target]) await each.evaluate("document.body.id = 'old'");

    await shop.kill();
    await row.getByText("Down", { exact: true }).waitFor();
    await page.waitForFunction("document.title.startsWith('1 down')");
    await target
      .getByText(/Down since .*3 of 3 vantages/)
      .first()
      .waitFor();
    await target.waitForFunction("document.title.startsWith('1 down')");
    const cell = matrix.getByRole("button", { name: /shop, seen from rack-a: cannot reach it/ });
    await cell.waitFor();
    await cell.click();
    await matrix
      .getByRole("dialog")
      .getByText(/nothing is listening/i)
      .waitFor();
    for (const each of [page, matrix, target]) {
      assert.equal(await each.evaluate("document.body.id"), "old");
    }
  },
  STEADY,
);

let proxy: FaultProxy | null = null;

/** The browser's own way to the aggregator. */
async function throughProxy(mesh: RealMesh): Promise<string> {
  proxy = await startFaultProxy({ host: "127.0.0.1", port: Number(new URL(mesh.url).port) });
  const { port, close } = proxy;
  mesh.onClose(close);
  return `http://127.0.0.1:${port}`;
}

browserTest(
  "a connection that drops and comes back misses no transition",
  async (room) => {
    const { page, mesh } = room;
    const shop = await startShop(mesh);
    await room.open("/");
    const row = page.getByRole("row").filter({ hasText: "shop" });
    await row.getByText("Up", { exact: true }).waitFor();
    // An event, so that there is a number to go on from.
    await mesh.client.targets.patch("shop", { labels: { team: "web" } });
    await row.getByText("web").waitFor();

    assert.ok(proxy !== null);
    await proxy.set("refuse");
    proxy.cut();
    await page.getByText("Connection lost").first().waitFor();
    await shop.kill();
    await mesh.untilState("shop", "down");
    const resumed = page.waitForRequest((request) => {
      return request.url().endsWith("/events") && "last-event-id" in request.headers();
    });
    await proxy.set("pass");
    await resumed;
    await row.getByText("Down", { exact: true }).waitFor();
    await page.waitForFunction("document.title.startsWith('1 down')");
    await page.getByText("Live", { exact: true }).waitFor();
  },
  { ...STEADY, through: throughProxy, mayFail: /Failed to load resource|ERR_/ },
);

browserTest(
  "everybody looks at once, and the answers arrive one by one",
  async (room) => {
    const { page, mesh } = room;
    await startShop(mesh);
    await room.open("/targets/shop");
    await page.getByRole("button", { name: "Look now" }).click();
    const answers = page.getByRole("dialog").getByRole("listitem");
    await patiently("three answers are shown", async () => {
      const texts = await answers.allTextContents();
      return texts.length === 3 && texts.every((text) => /ok.* ms/.test(text));
    });
  },
  STEADY,
);
