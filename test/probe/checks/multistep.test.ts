import assert from "node:assert/strict";
import { test } from "node:test";
import { prepareCheck } from "../../../probe/checks/index.ts";
import { startHttp } from "../../helpers/http-target.ts";
import type { Asked, Told } from "../../helpers/http-target.ts";
import { lookAt, said } from "../../helpers/look-at.ts";
import { withTarget } from "../../helpers/with-target.ts";

/** A shop with a sign-in, a cookie and orders. */
function shop({ method, path, headers, body }: Asked): Told {
  if (path === "/login" && body === "user=canary&password=hush%26") {
    const cookies = { "set-cookie": "session=s1; Path=/" };
    return { headers: cookies, body: '{"token": "tok-12345678", "id": 7, "ok": true}' };
  }
  const signedIn =
    headers["authorization"] === "Bearer tok-12345678" && headers["cookie"] === "session=s1";
  if (!signedIn) return { status: 401 };
  if (method === "POST") {
    return { status: 201, headers: { location: "/orders/a b?c" }, body: `order <${body}> made` };
  }
  return path === "/orders/a%20b?c" ? { body: "NEW" } : { status: 404, body: path };
}

const auth = { authorization: "Bearer {{token}}" };

function stepsOf(base: string) {
  return [
    {
      name: "sign in",
      url: `${base}/login`,
      method: "POST",
      form: { user: "canary", password: "{{password}}" },
      carry: { token: { json: "json.token" }, id: { json: "json.id" } },
    },
    {
      name: "create",
      url: `${base}/orders?for={{id}}`,
      method: "POST",
      headers: auth,
      body: "id {{id}}",
      expectedStatus: [201],
      carry: { order: { header: "Location" }, made: { regex: "<(.*)>" } },
    },
    {
      name: "read back",
      url: `${base}{{+order}}`,
      headers: { ...auth, "x-made": "{{made}}" },
      bodyContains: "NEW",
    },
  ];
}

/** Looks once at the shop, with the steps changed. */
function walk(change: (steps: ReturnType<typeof stepsOf>) => unknown[] = (steps) => steps) {
  return withTarget(startHttp(shop), async ({ port, seen }) => {
    const steps = change(stepsOf(`http://127.0.0.1:${port}`));
    const outcome = await lookAt("multistep", { steps, secrets: { password: "hush&" } });
    return { outcome, seen };
  });
}

test("values, cookies and secrets go from step to step", async () => {
  const { outcome, seen } = await walk();
  assert.equal(said(outcome), "ok ok", outcome.detail);
  assert.deepEqual(
    seen.map(({ method, path }) => `${method} ${path}`),
    ["POST /login", "POST /orders?for=7", "GET /orders/a%20b?c"],
  );
  assert.equal(seen[1]?.body, "id 7");
  assert.equal(seen[2]?.headers["x-made"], "id 7");
  assert.equal(outcome.facts?.["step"], "read back");
});

type Steps = ReturnType<typeof stepsOf>;
const changed = (index: number, change: object) => (steps: Steps) =>
  steps.map((step, at) => (at === index ? { ...step, ...change } : step));

const FAILURES: [string, (steps: Steps) => unknown[], string, RegExp][] = [
  [
    "a wrong status",
    changed(1, { expectedStatus: [200] }),
    "sub http_status",
    /^Step "create": 127\.0\.0\.1:\d+ answered 201, expected 200\.$/,
  ],
  [
    "a wrong body",
    changed(2, { bodyContains: "PAID" }),
    "sub http_body",
    /^Step "read back": The body of .* does not contain "PAID"/,
  ],
  [
    "a JSON value that is not there",
    changed(0, { carry: { token: { json: "json.tokens.first" } } }),
    "sub http_expression",
    /^Step "sign in": "json\.tokens\.first" gives nothing of the answer/,
  ],
  [
    "a JSON value that is an object",
    changed(0, { carry: { token: { json: "json" } } }),
    "sub http_expression",
    /it gives no text, number or bool/,
  ],
  [
    "a header that is not there",
    changed(1, { carry: { order: { header: "x-order" } } }),
    "sub http_header",
    /^Step "create": .* sent no header "x-order"/,
  ],
  [
    "a pattern that finds nothing",
    changed(1, { carry: { order: { regex: "#(\\d+)" } } }),
    "sub http_body",
    /does not match "#\(\\\\d\+\)"/,
  ],
];
for (const [name, change, expected, sentence] of FAILURES) {
  test(`steps with ${name} are ${expected}, and the step is named`, async () => {
    const bare = (steps: Steps) => change(steps).slice(0, name.includes("body") ? 3 : 2);
    const { outcome } = await walk((steps) =>
      bare(steps).map((step, at, all) =>
        // A step whose values are gone is left out.
        at === all.length - 1 && name.startsWith("a JSON")
          ? { name: "end", url: urlOf(step) }
          : step,
      ),
    );
    assert.equal(said(outcome), expected, outcome.detail);
    assert.match(outcome.detail, sentence);
    assert.doesNotMatch(outcome.detail, /hush|tok-1234/);
  });
}

function urlOf(step: unknown): string {
  const url: unknown = Reflect.get(Object(step), "url");
  return String(url).replace(/\?.*$/, "");
}

test("a value of an answer never adds a header and never chooses the host", async () => {
  const evil: [string, object, RegExp][] = [
    ["a\r\nx: y", { headers: { "x-a": "{{v}}" } }, /does not fit the header "x-a"/],
    [".evil.test/", {}, /leads away from http:\/\/127\.0\.0\.1:\d+\.$/],
    ["@evil.test/", {}, /leads away from/],
    ["http://evil.test/", {}, /leads away from/],
  ];
  for (const [value, more, sentence] of evil) {
    const told = { body: JSON.stringify({ v: value }) };
    await withTarget(
      startHttp(() => told),
      async ({ port, seen }) => {
        const base = `http://127.0.0.1:${port}`;
        const url = "headers" in more ? `${base}/` : `${base}{{+v}}`;
        const steps = [
          { name: "ask", url: base, carry: { v: { json: "json.v" } } },
          { name: "use", url, ...more },
        ];
        const outcome = await lookAt("multistep", { steps });
        assert.equal(said(outcome), "sub protocol_error", outcome.detail);
        assert.match(outcome.detail, sentence);
        assert.equal(seen.length, 1);
      },
    );
  }
});

test("an absolute location of the same origin is its path, and parts are encoded", async () => {
  await withTarget(
    startHttp(({ headers }) => ({
      headers: { location: `http://${String(headers["host"])}/x/y?z` },
    })),
    async ({ port, seen }) => {
      const base = `http://127.0.0.1:${port}`;
      const steps = [
        { name: "ask", url: base, carry: { next: { header: "location" } } },
        { name: "use", url: `${base}{{+next}}` },
        { name: "part", url: `${base}/p/{{next}}` },
      ];
      const outcome = await lookAt("multistep", { steps });
      assert.equal(said(outcome), "ok ok", outcome.detail);
      const host = `http%3A%2F%2F127.0.0.1%3A${port}`;
      assert.deepEqual(
        seen.map(({ path }) => path),
        ["/", "/x/y?z", `/p/${host}%2Fx%2Fy%3Fz`],
      );
    },
  );
});

const step = { name: "a", url: "http://a.test/" };
const WRONG: [object, RegExp][] = [
  [{ steps: [] }, /options\.steps/],
  [{ steps: [{ ...step, url: "http://{{host}}/" }] }, /whose host holds no \{\{name\}\}/],
  [{ steps: [{ ...step, url: "http://u:p@a.test/" }] }, /whose host holds no/],
  [{ steps: [{ ...step, body: "{{later}}" }] }, /steps\.0\.body: .* found \{\{later\}\}/],
  [{ steps: [{ ...step, carry: { a: { json: "1 +" } } }] }, /steps\.0\.carry\.a\.json/],
  [{ steps: [{ ...step, carry: { a: {} } }] }, /expected one of json, header and regex/],
  [{ steps: [{ ...step, expression: "status + 1" }] }, /steps\.0\.expression/],
  [{ steps: [{ ...step, headers: { authorization: "Bearer x" } }] }, /credentials as \{\{name\}\}/],
];
for (const [options, sentence] of WRONG) {
  test(`the steps ${JSON.stringify(options).slice(0, 70)} are refused`, () => {
    assert.throws(() => prepareCheck("multistep", options), sentence);
  });
}
