/** Planted secrets are in no log line, no audit record, no answer, and nothing that is stored. */
import assert from "node:assert/strict";
import test from "node:test";
import { tokenCreatedSchema } from "../../../shared/api/token.ts";
import { signedIn } from "../../helpers/browser.ts";
import { openHttpRoom } from "../../helpers/http-room.ts";
import { recordingLog } from "../../helpers/recording-log.ts";

const PLANTED = "qrt_admin_plantedplantedplantedplanted12";

test("a secret that is shown, mistyped, rotated or refused leaves no trace anywhere", async () => {
  const { log, lines } = recordingLog();
  const broken = { ready: () => assert.fail("It broke.") };
  const room = openHttpRoom(({ engine }) => ({ log, engine: { ...engine, ...broken } }));
  try {
    const made = await room.expect(201, "POST /api/v1/tokens", {
      body: { name: "ci", scope: "write" },
    });
    const { token, secret } = tokenCreatedSchema.parse(made.body);
    const rotated = await room.expect(200, `POST /api/v1/tokens/${token.id}/rotate`, {
      body: { graceMs: 60_000 },
    });
    const next = tokenCreatedSchema.parse(rotated.body).secret;
    const cookie = (await signedIn(room, next))["cookie"] ?? "";
    const answers = [
      await room.call("GET /api/v1/targets", { token: PLANTED }),
      await room.call(`DELETE /api/v1/tokens/${secret}`),
      await room.call("POST /api/v1/session", { token: null, body: { token: PLANTED } }),
      await room.call("POST /api/v1/session", { token: null, body: { token: [PLANTED] } }),
      await room.call("POST /api/v1/session", { token: null, body: { token: PLANTED.repeat(9) } }),
      await room.call("GET /api/v1/session", { token: null, headers: { cookie: `${cookie}x` } }),
      await room.call(`GET /readyz?token=${PLANTED}`, { token: null }),
      await room.call(`GET /readyz/${PLANTED}`, { token: null }),
      await room.call("GET /api/v1/tokens"),
      await room.call("GET /api/v1/sessions"),
      await room.call("GET /api/v1/audit?limit=1000"),
    ];
    assert.ok(lines.length > 0, "the broken route is logged");
    const audit = answers.at(-1);
    const whole = JSON.stringify([lines, audit, answers.slice(-3), room.everythingStored()]);
    for (const one of [PLANTED, secret, next, cookie]) {
      assert.ok(!whole.includes(one.slice(-30)), `${one.slice(0, 14)}… is somewhere`);
    }
    // Who asks for a path may see it again, and nothing else.
    const told = JSON.stringify(
      answers.map(({ body }) => body).filter((_, at) => at !== 1 && at !== 7),
    );
    for (const one of [PLANTED, next, cookie]) assert.ok(!told.includes(one.slice(-30)));
  } finally {
    await room.close();
  }
});
