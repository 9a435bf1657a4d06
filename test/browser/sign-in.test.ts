/** Who may see the dashboard, and what of it. */
import assert from "node:assert/strict";
import { browserTest } from "../helpers/chromium.ts";

browserTest("a wrong token is told, the right one opens the page asked for", async (room) => {
  const { page, mesh } = room;
  await page.goto("/incidents");
  await page.getByLabel("Token").fill("qrt_admin_00000000000000000000000000000000");
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("alert").getByText("This token is not known").waitFor();
  await page.getByLabel("Token").fill(mesh.token);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("heading", { name: "Incidents" }).waitFor();
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.getByRole("heading", { name: "Sign in" }).waitFor();
});

browserTest("an address with a token signs in, and the token leaves the address", async (room) => {
  const { page, mesh } = room;
  await page.goto(`/#token=${mesh.token}`);
  await page.getByText("admin · admin").waitFor();
  assert.ok(!page.url().includes("token"), page.url());
});

browserTest("whoever may only read sees no button that would change something", async (room) => {
  const { page, mesh } = room;
  await mesh.addTarget("shop", 9);
  const { secret } = await mesh.client.tokens.create({ name: "guest", scope: "read" });
  await room.open("/targets/shop", secret);
  await page.getByText("guest · Read-only").waitFor();
  await page.getByRole("heading", { name: "shop" }).waitFor();
  for (const name of ["Look now", "Stop watching"]) {
    assert.equal(await page.getByRole("button", { name }).count(), 0, name);
  }
  await page.goto("/");
  await page.getByRole("link", { name: "shop" }).waitFor();
  assert.equal(await page.getByRole("link", { name: "Add target" }).count(), 0);
});

browserTest(
  "whoever is locked out is asked to sign in at once",
  async (room) => {
    const { page, mesh } = room;
    await mesh.addTarget("shop", 9);
    const { token, secret } = await mesh.client.tokens.create({ name: "guest", scope: "read" });
    await room.open("/settings/browser", secret);
    await page.getByText("Live", { exact: true }).waitFor();
    await mesh.client.tokens.delete(token.id);
    await page.getByRole("heading", { name: "Sign in" }).waitFor();
  },
  { mayFail: /401/ },
);

browserTest("an empty system leads by the hand", async (room) => {
  const { page } = room;
  await room.open("/");
  await page.getByRole("heading", { name: "Welcome" }).waitFor();
  await page.getByRole("link", { name: "Add" }).first().click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Name").fill("rack-x");
  await dialog.getByLabel("Region").fill("east");
  await dialog.getByRole("button", { name: "Add probe" }).click();
  await dialog.getByText(/quorate probe --aggregator/).waitFor();
});
