import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { checkKind } from "../../probe/checks/index.ts";
import { startHttp, startProxy } from "../helpers/http-target.ts";
import type { Asked, Told } from "../helpers/http-target.ts";
import { startGrpc } from "../helpers/grpc-target.ts";
import { problemOf } from "../helpers/ask-api.ts";
import { patiently } from "../helpers/patience.ts";
import { addProbes, meshTest } from "../helpers/real-mesh.ts";
import type { RealMesh, RealProbe } from "../helpers/real-mesh.ts";
import { afterRequest, startTarget } from "../helpers/target-server.ts";

/** What no log, answer, event, error or spool may show; each is sent somewhere by the mesh. */
const PLANTED = new Set<string>();

function plant(what: string): string {
  const secret = `planted-${what}-${PLANTED.size}`;
  PLANTED.add(secret);
  return secret;
}

/** Fails if a text shows a planted secret, plain or in one of the forms that it is sent in. */
function assertClean(where: string, text: string): void {
  for (const secret of PLANTED) {
    const bytes = Buffer.from(secret);
    for (const form of [secret, bytes.toString("hex"), bytes.toString("base64").slice(0, -4)]) {
      assert.ok(!text.includes(form), `${where} shows ${secret}: ${around(text, form)}`);
    }
  }
}

function around(text: string, form: string): string {
  const at = text.indexOf(form);
  return text.slice(Math.max(0, at - 120), at + 120);
}

/** Says everything back that it was sent, in status, headers and body, and is never well. */
function echo({ path, headers, body }: Asked): Told {
  const all = [path, ...Object.values(headers), body].join(" ").replaceAll(/[^\x20-\x7e]/g, "?");
  return { status: 500, headers: { "x-echo": all }, body: all };
}

type Spec = { name: string; kind: string; options: Record<string, unknown> };

async function openTargets(mesh: RealMesh): Promise<Spec[]> {
  const http = await startHttp(echo);
  const proxy = await startProxy(407);
  const grpc = await startGrpc({ code: 16, details: `${plant("grpc")} was refused` });
  const raw = await startTarget(
    afterRequest((socket, seen) => void socket.end(`-ERR ${String(seen.at(-1))}`)),
  );
  mesh.onClose(async () => {
    for (const server of [http, proxy, grpc, raw]) await server.close();
  });
  const url = `http://127.0.0.1:${http.port}/`;
  const wanted = { headerContains: { "x-echo": "?!" }, expectedStatus: [500] };
  const basicAuth = { user: "ann", password: plant("basic") };
  const place = { host: "127.0.0.1", port: raw.port };
  const metadata = { "x-key": [...PLANTED].find((secret) => secret.includes("grpc")) };
  return [
    spec("bearer", "http", { url, ...wanted, bearerToken: plant("bearer") }),
    spec("headers", "http", { url, ...wanted, secretHeaders: { "x-key": plant("header") } }),
    spec("basic", "http", { url, ...wanted, basicAuth }),
    spec("reference", "http", {
      url: `${url}\${secret:path}`,
      ...wanted,
      headers: { "x-key": "${secret:header}" },
      body: "${secret:body}",
      method: "POST",
    }),
    spec("token", "http", {
      url,
      oauth2: { tokenUrl: url, clientId: "me", clientSecret: plant("client") },
    }),
    spec("proxied", "http", {
      url,
      proxy: { url: `http://127.0.0.1:${proxy.port}`, user: "u", password: plant("proxy") },
    }),
    spec("steps", "multistep", {
      steps: [
        { name: "a", url: `${url}{{key}}`, headers: { authorization: "{{key}}" }, ...wanted },
      ],
      secrets: { key: plant("step") },
    }),
    spec("script", "tcp", {
      ...place,
      script: [{ send: "AUTH {{key}}\r\n\r\n", expect: "+OK" }],
      secrets: { key: plant("script") },
    }),
    spec("health", "grpc", { host: "127.0.0.1", port: grpc.port, metadata }),
    ...signIns(place),
  ];
}

const spec = (name: string, kind: string, options: Record<string, unknown>): Spec => ({
  name,
  kind,
  options,
});

/** Every kind that signs in by a password, at a server that says it back. */
function signIns(place: object): Spec[] {
  return ["redis", "postgres", "mysql"].flatMap((kind) => {
    if (checkKind(kind)?.secretOptions.includes("password") !== true) return [];
    return [spec(kind, kind, { ...place, user: "ann", password: plant(kind) })];
  });
}

const openApiSchema = z.object({ paths: z.record(z.string(), z.record(z.string(), z.unknown())) });
const listSchema = z.object({ items: z.array(z.object({ id: z.string() })) });

/** The items of a list; none of what is no list, such as a page for people. */
function itemsIn(text: string): { id: string }[] {
  if (!text.startsWith("{")) return [];
  const found = listSchema.safeParse(JSON.parse(text));
  return found.success ? found.data.items : [];
}

/** Every answer that a reader can get, found by the API's own description of itself. */
async function everyAnswer(mesh: RealMesh): Promise<[string, string][]> {
  const get = async (path: string): Promise<[string, string]> => {
    const headers = { authorization: `Bearer ${mesh.token}`, accept: "application/json" };
    const signal = AbortSignal.timeout(10_000);
    // Without a format this one never ends.
    const query = path === "/api/v1/events" ? "?format=json&limit=1000" : "";
    return [path, await (await fetch(`${mesh.url}${path}${query}`, { headers, signal })).text()];
  };
  const [, document] = await get("/openapi.json");
  const { paths } = openApiSchema.parse(JSON.parse(document));
  const readable = Object.keys(paths).filter((path) => paths[path]?.["get"] !== undefined);
  const answers: [string, string][] = [];
  for (const path of readable.filter((one) => !one.includes("{"))) answers.push(await get(path));
  for (const path of readable.filter((one) => one.includes("{"))) {
    const [list = ""] = path.split("/{");
    const [, text] = await get(path.includes("{target}") ? "/api/v1/targets" : list);
    for (const { id } of itemsIn(text)) answers.push(await get(path.replace(/\{\w+\}/, id)));
  }
  return answers;
}

/** Everything in a folder, as text of bytes. */
function everyFile(folder: string): [string, string][] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .map((file) => [file, readFileSync(file, "latin1")]);
}

/** Writes that are refused, with secrets in them. */
async function refusals(mesh: RealMesh, specs: readonly Spec[]): Promise<void> {
  for (const { name, kind, options } of specs) {
    for (const wrong of [{ surprise: 1 }, { family: 5 }]) {
      const body = { name, kind, options: { ...options, ...wrong } };
      const problem = await problemOf(mesh.url, { path: "/targets", token: mesh.token, body });
      assert.equal(problem.status, 422);
      assertClean(`the refusal of ${name}`, JSON.stringify(problem));
    }
  }
  const body = {
    name: "x",
    kind: "http",
    options: { url: "http://a/", basicAuth: plant("shape") },
  };
  const problem = await problemOf(mesh.url, { path: "/targets", token: mesh.token, body });
  assertClean("the refusal of a wrong shape", JSON.stringify(problem));
}

async function addAll(mesh: RealMesh, specs: readonly Spec[]): Promise<void> {
  for (const { name, kind, options } of specs) {
    const created = await mesh.client.targets.create({
      name,
      kind,
      options,
      intervalMs: 800,
      timeoutMs: 500,
      fall: 2,
    });
    assertClean(`the answer to the write of ${name}`, JSON.stringify(created));
  }
}

async function untilSpooled(probe: RealProbe): Promise<[string, string][]> {
  return patiently("the spool is on disk", () => {
    const files = everyFile(probe.dataDir).filter(([, text]) => text.length > 200);
    return files.length > 0 ? files : null;
  });
}

meshTest("no secret is shown in logs, answers, events, errors or the spool", async (mesh) => {
  const folder = mkdtempSync(join(tmpdir(), "quorate-planted-"));
  mesh.onClose(() => rmSync(folder, { recursive: true }));
  const file = join(folder, "secrets.yaml");
  const own = { path: plant("path"), header: plant("own header"), body: plant("body") };
  writeFileSync(file, JSON.stringify(own), { mode: 0o600 });
  const flags = ["--secrets", file, "--log-level", "debug"];
  const aggregator = `127.0.0.1:${mesh.grpcPort}`;
  const probe = await mesh.addProbeAt("rack-a", { aggregator, flags });
  await mesh.addProbeAt("rack-b", { aggregator, flags });
  const [bare] = await addProbes(mesh, "rack-c");
  assert.ok(bare);
  const specs = await openTargets(mesh);
  await refusals(mesh, specs);
  const config = { url: "http://127.0.0.1:1/", headers: { "x-key": plant("channel") } };
  const secret = `whsec_${Buffer.from(plant("signing key of a webhook")).toString("base64")}`;
  await mesh.client.channels.create({
    name: "hook",
    kind: "webhook",
    options: { ...config, secret },
  });
  await addAll(mesh, specs);
  for (const { name } of specs) {
    await patiently(`${name} was looked at by all`, async () => {
      const { items } = await mesh.client.targets.results(name);
      return new Set(items.map(({ probeId }) => probeId)).size === 3;
    });
  }
  // What was sent did come back, so that there was something to hide.
  for (const name of ["bearer", "headers", "reference", "script", "health"]) {
    const { items } = await mesh.client.targets.results(name);
    assert.ok(
      items.some(({ detail }) => detail.includes("***")),
      items[0]?.detail,
    );
  }
  const { items } = await mesh.client.targets.results("reference");
  const byBare = items.find(({ probeId }) => probeId === bare.id);
  assert.equal(byBare?.reason, "misconfigured");
  assert.match(byBare?.detail ?? "", /no secret "/);
  for (const [path, answer] of await everyAnswer(mesh)) assertClean(path, answer);
  await mesh.aggregator().close();
  for (const [path, text] of await untilSpooled(probe)) assertClean(path, text);
  for (const program of [mesh.aggregator(), probe.program(), bare.program()]) {
    assertClean("a log", `${program.output()}${program.errors()}`);
  }
});
