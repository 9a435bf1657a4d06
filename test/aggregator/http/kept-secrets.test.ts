/** Whatever is done with tokens and sessions, their values are never stored. */
import assert from "node:assert/strict";
import test from "node:test";
import * as fc from "fast-check";
import { probeCreatedSchema } from "../../../shared/api/probe.ts";
import { tokenCreatedSchema, tokenPageSchema } from "../../../shared/api/token.ts";
import { cookieOf } from "../../helpers/browser.ts";
import { withHttpRoom } from "../../helpers/http-room.ts";
import type { Answer, HttpRoom } from "../../helpers/http-room.ts";

/** One thing that somebody does; `pick` chooses among what there is. */
interface Deed {
  does: "create" | "rotate" | "probe" | "sign in" | "delete";
  pick: number;
  /** Whether it is asked with an Idempotency-Key, under which the answer is kept. */
  key: boolean;
}

const deeds: fc.Arbitrary<Deed[]> = fc.array(
  fc.record({
    does: fc.constantFrom("create", "rotate", "probe", "sign in", "delete"),
    pick: fc.nat(7),
    key: fc.boolean(),
  }),
  { minLength: 1, maxLength: 12 },
);

/** A room in which deeds are done, with every secret that was ever told. */
function doerIn(room: HttpRoom) {
  const secrets: string[] = [];
  let count = 0;

  /** A token that is not the one which asks. */
  async function someToken(pick: number): Promise<string> {
    const list = await room.expect(200, "GET /api/v1/tokens?limit=1000");
    const others = tokenPageSchema.parse(list.body).items.filter(({ scope }) => scope !== "admin");
    return others[pick % Math.max(1, others.length)]?.id ?? "none";
  }

  async function act({ does, pick, key }: Deed): Promise<void> {
    count += 1;
    const name = `n${count}`;
    const headers: Record<string, string> = key ? { "idempotency-key": name } : {};
    const post = (path: string, body: object): Promise<Answer> =>
      room.call(`POST /api/v1/${path}`, { body, headers });
    if (does === "probe") {
      const made = await post("probes", { name, region: "r", zone: "z" });
      secrets.push(probeCreatedSchema.parse(made.body).token);
    } else if (does === "create") {
      const made = await post("tokens", { name, scope: pick % 2 === 0 ? "read" : "write" });
      secrets.push(tokenCreatedSchema.parse(made.body).secret);
    } else if (does === "rotate") {
      const made = await post(`tokens/${await someToken(pick)}/rotate`, { graceMs: pick * 1_000 });
      if (made.status === 200) secrets.push(tokenCreatedSchema.parse(made.body).secret);
    } else if (does === "sign in") {
      const body = { token: secrets.at(-1 - pick) ?? (await room.token("admin")) };
      secrets.push(cookieOf(await room.call("POST /api/v1/session", { token: null, body })));
    } else {
      await room.call(`DELETE /api/v1/tokens/${await someToken(pick)}`);
    }
  }
  return { act, secrets };
}

test("no value of a token or a cookie is ever stored in the clear", () =>
  withHttpRoom(async (room) => {
    const { act, secrets } = doerIn(room);
    const property = fc.asyncProperty(deeds, async (all) => {
      for (const deed of all) await act(deed);
      const kept = room.everythingStored();
      const told = [await room.token("admin"), ...secrets].filter((one) => one.length > 32);
      for (const secret of told) assert.ok(!kept.includes(secret.slice(-32)), secret.slice(0, 16));
    });
    await fc.assert(property, { numRuns: 10 });
    assert.ok(secrets.length > 10, "something was done");
  }));
