/** Loads a configuration: the file and what it includes, expanded and checked as a whole. */
import { basename, dirname, join } from "node:path";
import { messageOf } from "../../../shared/errors.ts";
import { nameSchema } from "../../../shared/target.ts";
import { LIMITS } from "../../../shared/limits.ts";
import { checkItem } from "./check.ts";
import type { ConfigKinds } from "./check.ts";
import { expandItems } from "./expand.ts";
import { createProblems, fieldsOf, isHidden, nounOf, textOf } from "./node.ts";
import type { ConfigField, ConfigNode, ConfigProblem, ConfigProblems } from "./node.ts";
import { parseYaml } from "./parse-yaml.ts";
import type { ConfigSources } from "./references.ts";
import { resolveReferences } from "./references.ts";
import { SECTIONS } from "./sections.ts";
import type { Config, ConfigItem, Section } from "./sections.ts";

/** What a configuration is loaded with. */
export interface LoadDeps {
  sources: ConfigSources;
  kinds: ConfigKinds;
}

/** A configuration, or what is wrong with it. */
export interface Loaded {
  /** Null when there is any mistake. */
  config: Config | null;
  problems: ConfigProblem[];
  /** Files that were read, the first one first. */
  files: string[];
}

interface Load extends LoadDeps {
  problems: ConfigProblems;
  files: string[];
}

/** Fields of the file that is loaded, and of one that it includes. */
const ROOT_FIELDS = ["owner", "include", "defaults", "templates"];
const INCLUDED_FIELDS = ["templates"];

/** Loads the configuration of a file. */
export function loadConfig(path: string, deps: LoadDeps): Loaded {
  const files: string[] = [];
  const problems = createProblems(files);
  const load: Load = { ...deps, problems, files };
  const root = readFile(path, load);
  const start = { file: path, line: 1, column: 1 };
  if (root?.kind !== "map") {
    const found = root === null ? "nothing that can be read" : nounOf(root);
    if (problems.all().length === 0)
      problems.add(start, `expected a map of sections, found ${found}`);
    return { config: null, problems: problems.all(), files };
  }
  checkFields(root, ROOT_FIELDS, load);
  const owner = textOf(root.fields.get("owner")?.node) ?? "";
  if (!nameSchema.safeParse(owner).success) {
    const at = root.fields.get("owner")?.node.at ?? start;
    problems.add(at, "owner: expected a name, under which this file keeps what it makes");
  }
  const included = includedFiles(root.fields.get("include")?.node, path, load);
  const roots = [root, ...included];
  const templates = templatesOf(roots, load);
  const defaults = fieldsOf(root.fields.get("defaults")?.node);
  checkDefaults(root.fields.get("defaults")?.node, load);
  const items = SECTIONS.flatMap((section) => {
    return sectionItems(section, roots, { load, templates, defaults });
  });
  const told = problems.all();
  return { config: told.length === 0 ? { owner, items } : null, problems: told, files };
}

function readFile(path: string, { sources, problems, files }: Load): ConfigNode | null {
  files.push(path);
  try {
    return parseYaml({ file: path, text: sources.readText(path), problems });
  } catch (error) {
    problems.add({ file: path, line: 1, column: 1 }, `cannot be read: ${messageOf(error)}`);
    return null;
  }
}

function checkFields(root: ConfigNode, fields: readonly string[], { problems }: Load): void {
  const known = [...fields, ...SECTIONS.map(({ section }) => section)];
  for (const [name, { at }] of fieldsOf(root)) {
    if (!known.includes(name)) {
      problems.add(at, `there is no section ${name}; expected one of ${known.join(", ")}`);
    }
  }
}

function checkDefaults(node: ConfigNode | undefined, { problems }: Load): void {
  if (node !== undefined && node.kind !== "map") {
    problems.add(node.at, `defaults: expected a map of sections, found ${nounOf(node)}`);
  }
  const known = SECTIONS.filter(({ noun }) => noun !== "routes").map(({ section }) => section);
  for (const [name, { at, node: value }] of fieldsOf(node)) {
    if (!known.includes(name)) {
      problems.add(at, `defaults: expected one of ${known.join(", ")}, found ${name}`);
    } else if (value.kind !== "map") {
      problems.add(value.at, `defaults: expected a map for ${name}, found ${nounOf(value)}`);
    }
  }
}

function includedFiles(node: ConfigNode | undefined, path: string, load: Load): ConfigNode[] {
  if (node === undefined) return [];
  const { problems, files } = load;
  const patterns = node.kind === "list" ? node.items : [node];
  return patterns.flatMap((pattern) => {
    const text = textOf(pattern);
    if (text === null) {
      problems.add(pattern.at, `include: expected a file, found ${nounOf(pattern)}`);
      return [];
    }
    return matching(join(dirname(path), text), pattern, load).flatMap((file) => {
      if (files.includes(file)) {
        problems.add(pattern.at, `include: ${file} is read already`);
        return [];
      }
      if (files.length >= LIMITS.configFilesMax) {
        problems.add(pattern.at, `include: expected at most ${LIMITS.configFilesMax} files`);
        return [];
      }
      const found = readFile(file, load);
      if (found === null) return [];
      if (found.kind !== "map") {
        problems.add(found.at, `expected a map of sections, found ${nounOf(found)}`);
      }
      checkFields(found, INCLUDED_FIELDS, load);
      return [found];
    });
  });
}

/** The files of a pattern: `*` stands for any part of the name of a file, not of a folder. */
function matching(path: string, { at }: ConfigNode, { sources, problems }: Load): string[] {
  const name = basename(path);
  if (!name.includes("*")) return [path];
  const escaped = name.split("*").map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  const pattern = new RegExp(`^${escaped.join("[^/]*")}$`);
  try {
    const names = sources.list(dirname(path)).filter((file) => pattern.test(file));
    if (names.length === 0) problems.add(at, `include: no file matches ${path}`);
    return names.sort().map((file) => join(dirname(path), file));
  } catch (error) {
    problems.add(at, `include: cannot read the folder ${dirname(path)}: ${messageOf(error)}`);
    return [];
  }
}

function templatesOf(roots: readonly ConfigNode[], { problems }: Load): Map<string, ConfigField> {
  const templates = new Map<string, ConfigField>();
  for (const root of roots) {
    const section = fieldsOf(root).get("templates")?.node;
    if (section !== undefined && section.kind !== "map") {
      problems.add(section.at, `templates: expected a map, found ${nounOf(section)}`);
    }
    for (const [name, field] of fieldsOf(section)) {
      if (templates.has(name)) problems.add(field.at, `the template ${name} stands twice`);
      else if (field.node.kind === "map") templates.set(name, field);
      else problems.add(field.node.at, `template ${name}: expected a map`);
    }
  }
  return templates;
}

interface SectionParts {
  load: Load;
  templates: ReadonlyMap<string, ConfigField>;
  defaults: ReadonlyMap<string, ConfigField>;
}

function sectionItems(
  section: Section,
  roots: readonly ConfigNode[],
  { load, templates, defaults }: SectionParts,
): ConfigItem[] {
  const { sources, problems, kinds } = load;
  const found = roots.flatMap((root) => fieldsOf(root).get(section.section) ?? []);
  if (section.noun === "routes") {
    for (const { at } of found.slice(1)) problems.add(at, "the tree of routes stands twice");
    return found.slice(0, 1).flatMap(({ node }) => {
      const tree = resolveReferences(node, { sources, problems, row: new Map() });
      if (tree.kind === "map") return checkItem(tree, { section, kinds, problems }) ?? [];
      problems.add(node.at, `routes: expected a map, the root of the tree; found ${nounOf(node)}`);
      return [];
    });
  }
  const nodes = found.flatMap(({ node }) => {
    if (node.kind === "list") return node.items;
    problems.add(node.at, `${section.section}: expected a list, found ${nounOf(node)}`);
    return [];
  });
  const seen = new Set<string>();
  const base = defaults.get(section.section)?.node;
  return expandItems(nodes, { templates, defaults: base, sources, problems }).flatMap((node) => {
    const name = section.noun === "silence" ? null : node.fields.get("name")?.node;
    const text = textOf(name ?? undefined);
    if (name && text !== null && seen.has(text)) {
      const who = isHidden(name) ? section.noun : `${section.noun} ${text}`;
      problems.add(name.at, `${who}: the name stands twice`);
    }
    if (text !== null) seen.add(text);
    return checkItem(node, { section, kinds, problems }) ?? [];
  });
}
