import assert from "node:assert/strict";
import { test } from "node:test";
import { readSecretVariable, readSettings } from "../../shared/config.ts";

test("an empty environment gives the defaults", () => {
  assert.deepEqual(readSettings({}), {
    url: "http://127.0.0.1:7700",
    token: null,
    probeToken: null,
    targets: null,
    noColor: false,
    forceColor: null,
    urlGiven: false,
    context: null,
    configFolder: null,
  });
});

test("variables are read without blanks around them, and a blank one is not set", () => {
  const settings = readSettings({
    QUORATE_URL: " https://quorate.example ",
    QUORATE_TOKEN: "qrt_read_x\n",
    QUORATE_PROBE_TOKEN: "  ",
    QUORATE_TARGETS: " a=tcp://h:1 ",
    QUORATE_CONTEXT: "prod",
    XDG_CONFIG_HOME: "/etc/xdg",
    HOME: "/srv/ann",
    NO_COLOR: "1",
    FORCE_COLOR: "0",
  });
  assert.deepEqual(settings, {
    url: "https://quorate.example",
    token: "qrt_read_x",
    probeToken: null,
    targets: "a=tcp://h:1",
    noColor: true,
    forceColor: false,
    urlGiven: true,
    context: "prod",
    configFolder: "/etc/xdg/quorate",
  });
  assert.equal(readSettings({ HOME: "/srv/ann" }).configFolder, "/srv/ann/.config/quorate");
  assert.equal(readSettings({ FORCE_COLOR: "1" }).forceColor, true);
});

test("a secret's name becomes a variable in capitals, and an empty one is not set", () => {
  const environment = { QUORATE_SECRET_DB_KEY_2: "k", QUORATE_SECRET_NOTHING: "" };
  assert.equal(readSecretVariable("db.key-2", environment), "k");
  assert.equal(readSecretVariable("nothing", environment), undefined);
  assert.equal(readSecretVariable("absent", environment), undefined);
});
