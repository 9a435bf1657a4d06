import assert from "node:assert/strict";
import { test } from "node:test";
import { readSettings } from "../../shared/config.ts";

test("an empty environment gives the defaults", () => {
  assert.deepEqual(readSettings({}), {
    url: "http://127.0.0.1:7700",
    token: null,
    probeToken: null,
    noColor: false,
  });
});

test("variables are read without blanks around them, and a blank one is not set", () => {
  const settings = readSettings({
    QUORATE_URL: " https://quorate.example ",
    QUORATE_TOKEN: "qrt_read_x\n",
    QUORATE_PROBE_TOKEN: "  ",
    NO_COLOR: "1",
  });
  assert.deepEqual(settings, {
    url: "https://quorate.example",
    token: "qrt_read_x",
    probeToken: null,
    noColor: true,
  });
});
