import assert from "node:assert/strict";
import { EventEmitter } from "node:events";
import { test } from "node:test";
import { createScreen } from "../../../aggregator/cli/screen.ts";
import type { ScreenParts } from "../../../aggregator/cli/screen.ts";

const ENTER = "\u001b[?1049h\u001b[?25l\u001b[?7l\u001b[2J";
const LEAVE = "\u001b[?7h\u001b[?25h\u001b[?1049l";

/** A terminal that remembers what was written and whether keys come one by one. */
function terminal() {
  const happening = new EventEmitter();
  const on = (name: string) => (callback: (text: string) => void) => {
    happening.on(name, callback);
    return () => void happening.off(name, callback);
  };
  const seen = { written: "", raw: false, stops: 0, resizes: 0 };
  const parts: ScreenParts = {
    write: (text) => void (seen.written += text),
    setRaw: (raw) => void (seen.raw = raw),
    onInput: on("input"),
    onResize: (callback) => on("resize")(() => callback()),
    onExit: (callback) => on("exit")(() => callback()),
    onContinue: (callback) => on("continue")(() => callback()),
    stopProcess: () => void (seen.stops += 1),
  };
  const typed: string[] = [];
  const screen = createScreen(parts);
  screen.open({ onInput: (text) => typed.push(text), onResize: () => (seen.resizes += 1) });
  return { screen, seen, typed, happening };
}

test("the terminal is taken whole, and given back as it was, once", () => {
  const { screen, seen, happening } = terminal();
  assert.deepEqual([seen.written, seen.raw], [ENTER, true]);
  screen.close();
  screen.close();
  assert.deepEqual([seen.written, seen.raw], [ENTER + LEAVE, false]);
  for (const name of happening.eventNames()) assert.equal(happening.listenerCount(name), 0);
});

test("a process that ends by an error gives the terminal back", () => {
  const { seen, happening } = terminal();
  happening.emit("exit");
  assert.deepEqual([seen.written, seen.raw], [ENTER + LEAVE, false]);
});

test("only lines that differ are drawn, and all of them after a change of size", () => {
  const { screen, seen, happening } = terminal();
  screen.draw(["one", "two"]);
  seen.written = "";
  screen.draw(["one", "three"]);
  assert.equal(seen.written, "\u001b[?2026h\u001b[2;1H\u001b[2Kthree\u001b[0m\u001b[?2026l");
  seen.written = "";
  screen.draw(["one", "three"]);
  assert.equal(seen.written, "");
  happening.emit("resize");
  assert.equal(seen.resizes, 1);
  screen.draw(["one", "three"]);
  assert.match(seen.written, /\[2J.*\[1;1H.*one.*\[2;1H.*three/s);
});

test("Ctrl-Z gives the terminal back, and going on takes it again", () => {
  const { screen, seen, happening, typed } = terminal();
  screen.suspend();
  assert.deepEqual([seen.written, seen.raw, seen.stops], [ENTER + LEAVE, false, 1]);
  screen.draw(["nothing"]);
  assert.equal(seen.written, ENTER + LEAVE);
  happening.emit("continue");
  assert.deepEqual([seen.written, seen.raw, seen.resizes], [ENTER + LEAVE + ENTER, true, 1]);
  happening.emit("input", "q");
  assert.deepEqual(typed, ["q"]);
});
