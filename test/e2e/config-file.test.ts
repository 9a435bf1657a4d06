import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { patiently } from "../helpers/patience.ts";
import { openRealMesh } from "../helpers/real-mesh.ts";

const target = (name: string): string =>
  `owner: shop\ntargets: [{ name: ${name}, kind: tcp, options: { host: h, port: 1 } }]\n`;

test("an aggregator keeps its file, and outlives a bad one", { timeout: 170_000 }, async () => {
  const folder = mkdtempSync(join(tmpdir(), "quorate-e2e-config-"));
  const file = join(folder, "quorate.yaml");
  writeFileSync(file, target("a"));
  const mesh = await openRealMesh({ flags: ["--config", file] });
  const only = (name: string) =>
    patiently(`${name} is the only target`, async () => {
      const { items } = await mesh.client.targets.list();
      return items.length === 1 && items[0]?.name === name;
    });
  const told = (sentence: RegExp) =>
    patiently(`${String(sentence)} is logged`, () => sentence.test(mesh.aggregator().errors()));
  try {
    await only("a");
    writeFileSync(file, target("b, fall: many"));
    await told(/quorate\.yaml:2:28: target b: fall: .*has 1 mistake; nothing was changed/s);
    await only("a");
    writeFileSync(file, target("b"));
    await only("b");
    mesh.aggregator().signal("SIGHUP");
    await told(/"why":"SIGHUP".*was applied as a whole/);
    const { items } = await mesh.client.tokens.list();
    assert.deepEqual(
      items.map(({ name }) => name),
      ["admin"],
    );
  } finally {
    await mesh.close();
    rmSync(folder, { recursive: true, force: true });
  }
});
