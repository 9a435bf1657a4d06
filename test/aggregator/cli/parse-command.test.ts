import assert from "node:assert/strict";
import { test } from "node:test";
import { collectCommand } from "../../../aggregator/cli/parse-command.ts";

const LINES: [string, string[]][] = [
  ["x=/bin/true", ["/bin/true"]],
  ["x=check_disk -w 10%  -c 5%", ["check_disk", "-w", "10%", "-c", "5%"]],
  ["x=check 'a b' \"c 'd'\" e\\ f ''", ["check", "a b", "c 'd'", "e f", ""]],
  ['x=check a=b \'\\n\' "\\""', ["check", "a=b", "\\n", '"']],
  ["x=check $HOME; rm -rf /", ["check", "$HOME;", "rm", "-rf", "/"]],
];
for (const [line, words] of LINES) {
  test(`--allow-exec ${line} is the words ${JSON.stringify(words)}`, () => {
    assert.deepEqual(collectCommand(line), new Map([["x", words]]));
  });
}

test("several commands are kept, each name once", () => {
  const both = collectCommand("b=2", collectCommand("a=1"));
  assert.deepEqual([...both.keys()], ["a", "b"]);
  assert.throws(() => collectCommand("a=3", both), /a is given twice/);
});

test("a command without a name, a line or an end of its quotes is refused", () => {
  for (const text of ["", "x", "x=", "x=  ", "=y", "a b=y"]) {
    assert.throws(() => collectCommand(text), /Expected NAME=COMMAND/, text);
  }
  assert.throws(() => collectCommand("x=echo 'a"), /closing '/);
});
