import assert from "node:assert/strict";
import { test } from "node:test";
import { commandName, quoted } from "../../../aggregator/cli/command-name.ts";

test("the command is called as the caller did", () => {
  const script = "/a/dist/aggregator/cli/main.js";
  const cases: [script: string, calledAs: string, folder: string, expected: string][] = [
    [script, script, "/a", "npx quorate"],
    [script, "/a/node_modules/.bin/quorate", "/a", "npx quorate"],
    ["/a/aggregator/cli/main.ts", "", "/a", "npx tsx aggregator/cli/main.ts"],
    ["/usr/lib/quorate/main.js", "/usr/bin/quorate", "/srv", "quorate"],
    [script, script, "/srv", `node ${script}`],
    ["/my files/main.js", "/my files/main.js", "/srv", "node '/my files/main.js'"],
  ];
  for (const [path, calledAs, folder, expected] of cases) {
    assert.equal(commandName({ script: path, calledAs, folder }), expected);
  }
});

test("a path of any characters is one word of a shell", () => {
  assert.equal(quoted("./.quorate/admin.token"), "./.quorate/admin.token");
  assert.equal(quoted("it's $HOME"), "'it'\\''s $HOME'");
});
