/** The package as npm packs it: `quorate/client` works and has types in a project of its own. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { createServer } from "node:http";
import { mkdtempSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import test from "node:test";
import { promisify } from "node:util";

const run = promisify(execFile);

/** A project that uses the client; what must not compile is marked with what it must say. */
const CONSUMER = `
import { createClient, everyRow, ProblemError } from "quorate/client";
import type { ApiTarget, TargetInput } from "quorate/client";

const quorate = createClient({ url: process.argv[2] ?? "", token: "qrt_admin_x", retries: 0 });

const target: TargetInput = { name: "shop", kind: "tcp", options: { host: "10.0.0.7", port: 80 } };

export async function use(): Promise<string> {
  const made: ApiTarget = await quorate.targets.create(target, { idempotencyKey: "1" });
  await quorate.targets.patch("shop", { intervalMs: 10_000, zone: null }, { ifRevision: 1 });
  for await (const one of everyRow((page) => quorate.targets.list({ ...page, label: ["a=b"] }))) {
    const state: "up" | "down" | string = one.verdict.state;
    console.log(one.name, state);
  }
  for await (const event of quorate.events.follow({ signal: AbortSignal.timeout(1) })) {
    const sentence: string = event.data.sentence;
    console.log(sentence);
  }
  return made.id;
}

const { version } = await quorate.system.version();
const problem = await quorate.targets.get("gone").catch((error: unknown) => error);
if (!(problem instanceof ProblemError)) throw new Error("expected a ProblemError");
console.log(JSON.stringify({ version, status: problem.status, code: problem.code }));
`;

/** What the types must refuse: an interval is a number, and a target needs a kind. */
const MISUSE = `
import { createClient } from "quorate/client";
const quorate = createClient({ url: "", token: "" });
await quorate.targets.patch("shop", { intervalMs: "10s" });
await quorate.targets.put("shop", { options: {} });
`;

const COMPILER = {
  target: "ES2023",
  strict: true,
  exactOptionalPropertyTypes: true,
  skipLibCheck: false,
  rootDir: ".",
};

/** As a program of Node, and as a page that a bundler makes. */
const PROJECTS = {
  node: { ...COMPILER, module: "NodeNext", lib: ["ES2023"], types: ["node"], outDir: "out" },
  browser: {
    ...COMPILER,
    module: "ESNext",
    moduleResolution: "bundler",
    lib: ["ES2023", "DOM", "DOM.Iterable", "DOM.AsyncIterable"],
    types: ["node"],
    noEmit: true,
  },
};

/** What the compiler says of one file; empty when it has nothing to say. */
async function compilerSays(
  folder: string,
  { file, compilerOptions }: { file: string; compilerOptions: object },
): Promise<string> {
  const project = join(folder, "project.json");
  writeFileSync(project, JSON.stringify({ compilerOptions, files: [file] }));
  const compiler = resolve("node_modules/.bin/tsc");
  const told: unknown = await run(compiler, ["-p", project, "--pretty", "false"], {
    cwd: folder,
  }).catch((error: unknown) => error);
  return String(Reflect.get(Object(told), "stdout"));
}

/** A folder in which the packed package and what it depends on are installed. */
async function installed(folder: string): Promise<void> {
  const { stdout } = await run("npm", ["pack", "--silent", "--pack-destination", folder]);
  const home = join(folder, "node_modules", "quorate");
  mkdirSync(home, { recursive: true });
  await run("tar", ["-xzf", join(folder, stdout.trim()), "-C", home, "--strip-components", "1"]);
  mkdirSync(join(folder, "node_modules", "@types"));
  for (const name of ["zod", "@types/node", "undici-types"]) {
    symlinkSync(resolve("node_modules", name), join(folder, "node_modules", name));
  }
}

/** An API that knows its version, and no target. */
async function withApi(use: (url: string) => Promise<void>): Promise<void> {
  const version = { name: "quorate", version: "1.2.3", checkKinds: [], notifierKinds: [] };
  const problem = { type: "urn:quorate:error:not_found", title: "Not found", status: 404 };
  const server = createServer((request, response) => {
    const isVersion = request.url === "/api/v1/version";
    response.writeHead(isVersion ? 200 : 404, { "content-type": "application/json" });
    response.end(JSON.stringify(isVersion ? version : { ...problem, detail: "No.", issues: [] }));
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const address = server.address();
  try {
    assert.ok(isBound(address));
    await use(`http://127.0.0.1:${address.port}`);
  } finally {
    server.close();
  }
}

const isBound = (address: unknown): address is AddressInfo =>
  typeof address === "object" && address !== null && "port" in address;

test("the packed package gives quorate/client to a project of its own, with types", async () => {
  const folder = mkdtempSync(join(tmpdir(), "quorate-package-"));
  try {
    await installed(folder);
    writeFileSync(join(folder, "package.json"), JSON.stringify({ type: "module" }));
    writeFileSync(join(folder, "use.ts"), CONSUMER);
    writeFileSync(join(folder, "misuse.ts"), MISUSE);
    for (const compilerOptions of Object.values(PROJECTS)) {
      assert.equal(await compilerSays(folder, { file: "use.ts", compilerOptions }), "");
      const refused = await compilerSays(folder, { file: "misuse.ts", compilerOptions });
      const lines = [...refused.matchAll(/^misuse\.ts\((\d+),\d+\): error/gm)];
      assert.deepEqual(
        lines.map(([, line]) => line),
        ["4", "5"],
        refused,
      );
    }
    await withApi(async (url) => {
      const { stdout } = await run(process.execPath, [join(folder, "out", "use.js"), url]);
      const expected = { version: "1.2.3", status: 404, code: "not_found" };
      assert.deepEqual(JSON.parse(stdout), expected);
    });
    const manifest: unknown = JSON.parse(readFileSync("package.json", "utf8"));
    const installedManifest = join(folder, "node_modules", "quorate", "package.json");
    assert.deepEqual(JSON.parse(readFileSync(installedManifest, "utf8")), manifest);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
