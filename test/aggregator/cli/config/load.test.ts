import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { configJsonSchema } from "../../../../aggregator/cli/config/json-schema.ts";
import { loadConfig } from "../../../../aggregator/cli/config/load.ts";
import { formatProblem } from "../../../../aggregator/cli/config/node.ts";
import { configKinds } from "../../../helpers/config-kinds.ts";

const kinds = configKinds();

/** Loads `/etc/quorate.yaml` of files in memory. */
function load(files: Record<string, string>, variables: Record<string, string> = {}) {
  const readText = (path: string): string => {
    const text = files[path];
    if (text === undefined) throw new Error("there is no such file");
    return text;
  };
  const list = (folder: string): string[] =>
    Object.keys(files).flatMap((path) => {
      return path.startsWith(`${folder}/`) ? [path.slice(folder.length + 1)] : [];
    });
  const sources = { readText, list, variable: (name: string) => variables[name] };
  return loadConfig("/etc/quorate.yaml", { sources, kinds });
}

/** The specs of a file that has no mistake. */
function specsOf(text: string, files: Record<string, string> = {}) {
  const { config, problems } = load({ "/etc/quorate.yaml": text, ...files }, { KEY: "geheim" });
  assert.deepEqual(problems.map(formatProblem), []);
  return (config?.items ?? []).map(({ spec }) => spec);
}

test("an item says more than its template, and a template more than the defaults", () => {
  const [a] = specsOf(`
owner: shop
defaults:
  targets: { intervalMs: 10000, fall: 5, labels: { team: shop, tier: "2" } }
templates:
  db: { kind: tcp, fall: 4, options: { host: db.example, port: 5432 } }
targets:
  - { name: a, template: db, options: { port: 5433 }, labels: { tier: "1" } }
`);
  assert.equal(a?.["intervalMs"], 10_000);
  assert.equal(a?.["fall"], 4);
  assert.deepEqual(a?.["options"], { host: "db.example", port: 5433 });
  assert.deepEqual(a?.["labels"], { team: "shop", tier: "1" });
});

test("for makes an item of every combination of lists, or of every row", () => {
  const specs = specsOf(`
owner: shop
targets:
  - name: "\${for:host}-\${for:port}"
    for: { host: [a, b], port: [80, 443] }
    kind: tcp
    options: { host: "\${for:host}.example", port: "\${for:port}" }
  - { name: "\${for:name}", for: [{ name: x, port: 1 }, { name: y, port: 2 }], kind: tcp,
      options: { host: z, port: "\${for:port}" } }
`);
  const names = specs.map(({ name }) => name);
  assert.deepEqual(names, ["a-80", "a-443", "b-80", "b-443", "x", "y"]);
  assert.deepEqual(specs[1]?.["options"], { host: "a.example", port: 443 });
});

const WEB = 'templates: { web: { kind: http, options: { url: "http://a" } } }\n';

test("files of a folder are included, with their templates, in the order of their names", () => {
  const target = (name: string) => `targets:\n  - { name: ${name}, template: web }\n`;
  const specs = specsOf("owner: shop\ninclude: [t/*.yaml]\n", {
    "/etc/t/b.yaml": target("b"),
    "/etc/t/a.yaml": `${WEB}${target("a")}`,
    "/etc/t/readme.md": "no yaml: {",
  });
  assert.deepEqual(
    specs.map(({ name }) => name),
    ["a", "b"],
  );
});

test("a secret comes from a variable or from a file beside the one that names it", () => {
  const text = `
owner: shop
targets:
  - name: a
    kind: http
    options:
      url: http://a
      secretHeaders: { x-key: "\${env:KEY}", x-file: "\${file:keys/x}" }
      headers: { x-plain: "$\${env:KEY} \${secret:probes-own}" }
`;
  const [spec] = specsOf(text, { "/etc/keys/x": "aus der Datei\n" });
  assert.deepEqual(spec?.["options"], {
    url: "http://a",
    secretHeaders: { "x-key": "geheim", "x-file": "aus der Datei" },
    headers: { "x-plain": "${env:KEY} ${secret:probes-own}" },
  });
});

test("no message shows what came from a variable", () => {
  const text = `
owner: shop
targets:
  - { name: a, kind: "\${env:KEY}", options: {} }
  - { name: b, kind: tcp, fall: "\${env:KEY}", options: { host: "\${env:KEY} x", port: 1 } }
`;
  const { problems } = load({ "/etc/quorate.yaml": text }, { KEY: "geheim" });
  const told = problems.map(formatProblem).join("\n");
  assert.match(told, /quorate\.yaml:4:22: target a: kind: expected one of/);
  assert.match(told, /quorate\.yaml:5:33: target b: fall: expected number$/m);
  assert.doesNotMatch(told, /geheim/);
});

test("a mistake of a template is told once, where it stands", () => {
  const text = `
owner: shop
templates: { db: { kind: tcp, options: { host: db, port: none } } }
targets: [{ name: a, template: db }, { name: a, template: db }]
`;
  const places = load({ "/etc/quorate.yaml": text }).problems.map(({ at }) => at.line);
  assert.deepEqual(places, [3, 4]);
});

test("a file that is missing, empty, or of one text is told as such", () => {
  const told = (files: Record<string, string>) => load(files).problems.map(formatProblem);
  assert.deepEqual(told({}), ["/etc/quorate.yaml:1:1: cannot be read: there is no such file"]);
  const expected = "/etc/quorate.yaml:1:1: expected a map of sections, found";
  assert.deepEqual(told({ "/etc/quorate.yaml": "" }), [`${expected} nothing that can be read`]);
  assert.deepEqual(told({ "/etc/quorate.yaml": "owner" }), [`${expected} a text`]);
});

test("the example of the README has no mistake, and makes six targets", () => {
  const readme = readFileSync("README.md", "utf8");
  const text = /^```yaml\n(owner: [\s\S]*?)^```/m.exec(readme)?.[1] ?? "";
  const secret = `whsec_${Buffer.alloc(32, 7).toString("base64")}`;
  const files = { "/etc/quorate.yaml": text, "/etc/targets/none.yaml": "targets: []" };
  const { config, problems } = load(files, { HOOK_SECRET: secret });
  assert.deepEqual(problems.map(formatProblem), []);
  assert.equal(config?.items.filter(({ noun }) => noun === "target").length, 6);
});

const fieldsIn = (value: unknown): string[] =>
  typeof value === "object" && value !== null ? Object.keys(value) : [];

test("the JSON Schema names every section, and refers to nothing that it lacks", () => {
  const schema = configJsonSchema(kinds);
  const text = JSON.stringify(schema);
  const definitions = fieldsIn(schema["$defs"]);
  const named = [...text.matchAll(/"\$ref":"#\/\$defs\/([^"]+)"/g)].map(([, name]) => name ?? "");
  assert.ok(named.length > 0);
  assert.deepEqual(
    named.filter((name) => !definitions.includes(name)),
    [],
  );
  assert.doesNotMatch(text, /"\$ref":"#"/);
  const sections = fieldsIn(schema["properties"]);
  const expected = ["owner", "include", "defaults", "templates", "channels", "probes", "targets"];
  assert.deepEqual(sections, [...expected, "routes", "maintenance", "silences", "statusPages"]);
});
