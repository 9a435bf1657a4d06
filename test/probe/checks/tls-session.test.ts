import assert from "node:assert/strict";
import { test } from "node:test";
import { TLSSocket } from "node:tls";
import { prepareCheck } from "../../../probe/checks/index.ts";
import { runCheck } from "../../../probe/checks/run.ts";
import { systemClock } from "../../../shared/clock.ts";
import { makeAuthority, makeCertificate } from "../../helpers/certificates.ts";
import { answers, startTarget } from "../../helpers/target-server.ts";

for (const version of ["TLSv1.2", "TLSv1.3"] as const) {
  test(`no look takes up the session of another one in ${version}`, async (t) => {
    const authority = makeAuthority();
    const reused: boolean[] = [];
    const answer = answers({ body: "ok" });
    const certificate = { ...makeCertificate({ authority }), maxVersion: version };
    const target = await startTarget((socket, seen) => {
      if (socket instanceof TLSSocket) reused.push(socket.isSessionReused());
      answer(socket, seen);
    }, certificate);
    t.after(() => target.close());
    const tls = { ca: authority.ca };
    const check = prepareCheck("http", { url: `https://127.0.0.1:${target.port}/`, tls });
    for (let look = 0; look < 3; look += 1) {
      const outcome = await runCheck(check, { clock: systemClock(), timeoutMs: 5_000 });
      assert.equal(outcome.class, "ok", outcome.detail);
    }
    assert.deepEqual(reused, [false, false, false]);
  });
}
