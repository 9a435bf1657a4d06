import assert from "node:assert/strict";
import { test } from "node:test";
import { startConfigKeeper } from "../../../../aggregator/cli/config/keeper.ts";
import type { ConfigKeeper } from "../../../../aggregator/cli/config/keeper.ts";
import { configKinds } from "../../../helpers/config-kinds.ts";
import { withConfigRoom } from "../../../helpers/config-room.ts";
import { eventually } from "../../../helpers/eventually.ts";
import { recordingLog } from "../../../helpers/recording-log.ts";

const target = (name: string): string =>
  `owner: shop\ntargets: [{ name: ${name}, kind: tcp, options: { host: h, port: 1 } }]\n`;

/** A keeper of quorate.yaml in memory beside a real API, on the room's clock. */
async function withKeeper(
  use: (room: {
    keeper: ConfigKeeper;
    write: (text: string) => void;
    /** Lets the keeper look, and resolves when its log has this sentence. */
    until: (sentence: RegExp) => Promise<void>;
    names: () => Promise<string[]>;
  }) => Promise<void>,
): Promise<void> {
  await withConfigRoom(async ({ http, client }) => {
    let file = target("a");
    const { log, lines } = recordingLog();
    const keeper = startConfigKeeper({
      file: "quorate.yaml",
      sources: { readText: () => file, list: () => [], variable: () => undefined },
      stampOf: () => file,
      kinds: configKinds(),
      withClient: (run) => run(client),
      keepToken: () => undefined,
      clock: http.clock,
      log,
    });
    try {
      await use({
        keeper,
        write: (text) => void (file = text),
        until: async (sentence) => {
          const told = (): string => lines.map((line) => line.sentence).join("\n");
          await eventually(`${String(sentence)} is told`, () => {
            http.clock.advance(2_000);
            return sentence.test(told());
          });
          lines.length = 0;
        },
        names: async () => (await client.targets.list()).items.map(({ name }) => name),
      });
    } finally {
      await keeper.stop();
    }
  });
}

test("a file is applied at the start, and again when it changed", async () => {
  await withKeeper(async ({ write, until, names }) => {
    await until(/The configuration was applied/);
    assert.deepEqual(await names(), ["a"]);
    write(target("b"));
    await until(/The configuration was applied/);
    assert.deepEqual(await names(), ["b"]);
  });
});

test("a bad file changes nothing and says why, until it is good again", async () => {
  await withKeeper(async ({ write, until, names }) => {
    await until(/The configuration was applied/);
    write("owner: shop\ntargets: [{ name: b, kind: tpc }]\n");
    await until(/quorate\.yaml:2:11: target b: options: .*\n.*has 1 mistake; nothing was changed/);
    assert.deepEqual(await names(), ["a"]);
    write(target("c"));
    await until(/The configuration was applied/);
    assert.deepEqual(await names(), ["c"]);
  });
});

test("a reload that is asked for applies the file though it did not change", async () => {
  await withKeeper(async ({ keeper, until }) => {
    await until(/The configuration was applied/);
    await keeper.reload("SIGHUP");
    await until(/The configuration was applied/);
  });
});
