/** Flags of `quorate aggregator` that say who may ask. */
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { tempDirectory } from "../../helpers/store-data.ts";
import { startCli } from "./fake-api.ts";

/** What the aggregator is told, or what the command line says against it. */
async function told(...flags: string[]): Promise<Record<string, unknown> | string> {
  const seen: Record<string, unknown>[] = [];
  const aggregator = async (all: object): Promise<number> => seen.push({ ...all }) - 1;
  const programs = { aggregator, probe: aggregator };
  const { err } = await startCli(["aggregator", ...flags], { programs }).done;
  return seen[0] ?? err;
}

const OIDC = [
  "--public-url=https://q.example",
  "--oidc-issuer=https://id.example",
  "--oidc-client-id=quorate",
  "--oidc-role=admin=groups:sre",
  "--oidc-role=read=realm_access.roles:viewer",
];

test("an identity provider is told whole, with the secret of its file and every role", async () => {
  const directory = tempDirectory();
  try {
    const file = join(directory.path, "secret");
    writeFileSync(file, "planted\n");
    const flags = await told(...OIDC, "--oidc-client-secret-file", file);
    assert.ok(typeof flags === "object");
    assert.deepEqual(flags["oidc"], {
      issuer: "https://id.example",
      clientId: "quorate",
      clientSecret: "planted",
      roles: [
        { scope: "admin", claim: "groups", value: "sre" },
        { scope: "read", claim: "realm_access.roles", value: "viewer" },
      ],
      scopes: "openid profile email",
    });
  } finally {
    directory.remove();
  }
});

test("an identity provider told in part, or without TLS, is refused with a sentence", async () => {
  for (const [flags, sentence] of [
    [OIDC.slice(0, 2), /--oidc-client-id, --oidc-role and --public-url beside --oidc-issuer/],
    [OIDC.slice(1), /--public-url beside/],
    [["--oidc-client-id=q"], /Expected --oidc-issuer beside the other --oidc flags/],
    [[...OIDC, "--oidc-issuer=http://id.example"], /--oidc-issuer https/],
    [[...OIDC, "--oidc-issuer=nothing"], /--oidc-issuer https/],
    [["--oidc-role=root=groups:sre"], /SCOPE=CLAIM:VALUE/],
    [["--oidc-role=probe=groups:sre"], /SCOPE=CLAIM:VALUE/],
    [["--session-idle=10s"], /--session-idle of 1m or more/],
    [["--session-max=1h"], /--session-max no less/],
    [["--trust-proxy=proxy"], /10\.0\.0\.0\/8/],
    [["--cors-origin=https://a.example/path"], /an origin such as https/],
    [["--cors-origin=*"], /an origin such as https/],
  ] as const) {
    const said = await told(...flags);
    assert.ok(typeof said === "string", flags.join(" "));
    assert.match(said, sentence);
  }
});

test("proxies and sites may be named again and again", async () => {
  const flags = await told(
    "--trust-proxy=10.0.0.0/8",
    "--trust-proxy=::1",
    "--cors-origin=https://a.example",
    "--cors-origin=http://b.example:3000",
  );
  assert.ok(typeof flags === "object");
  assert.deepEqual(flags["trustProxy"], ["10.0.0.0/8", "::1"]);
  assert.deepEqual(flags["corsOrigin"], ["https://a.example", "http://b.example:3000"]);
  assert.equal(flags["oidc"], undefined);
});
