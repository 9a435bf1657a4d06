/** Items of a configuration with their defaults, their template and their `for` applied. */
import { LIMITS } from "../../../shared/limits.ts";
import type { ConfigField, ConfigNode, ConfigProblems, MapNode, ScalarNode } from "./node.ts";
import { nounOf, textOf } from "./node.ts";
import { resolveReferences } from "./references.ts";
import type { ConfigSources, ForRow } from "./references.ts";

/** What items are made with. */
export interface ExpandDeps {
  templates: ReadonlyMap<string, ConfigField>;
  /** What every item has unless it, or its template, says otherwise. */
  defaults: ConfigNode | undefined;
  sources: ConfigSources;
  problems: ConfigProblems;
}

const NO_ROWS: readonly ForRow[] = [new Map()];

/** The items of a section: defaults, then the template, then what the item says, once a row. */
export function expandItems(items: readonly ConfigNode[], deps: ExpandDeps): MapNode[] {
  const { problems, sources } = deps;
  const made: MapNode[] = [];
  for (const item of items) {
    if (item.kind !== "map") {
      problems.add(item.at, `expected a map, found ${nounOf(item)}`);
      continue;
    }
    const whole = withTemplate(item, deps);
    const rows = rowsOf(item.fields.get("for")?.node, problems);
    if (made.length + rows.length > LIMITS.configItemsMax) {
      problems.add(item.at, `expected at most ${LIMITS.configItemsMax} of a kind in all files`);
      return made;
    }
    for (const row of rows) {
      const resolved = resolveReferences(whole, { sources, problems, row });
      if (resolved.kind === "map") made.push(resolved);
    }
  }
  return made;
}

function withTemplate(item: MapNode, { templates, defaults, problems }: ExpandDeps): MapNode {
  const own = new Map(item.fields);
  own.delete("for");
  own.delete("template");
  const said: MapNode = { ...item, fields: own };
  const named = item.fields.get("template");
  const name = textOf(named?.node);
  const template = name === null ? undefined : templates.get(name);
  if (named !== undefined && template === undefined) {
    const known = [...templates.keys()].join(", ");
    const expected = known === "" ? "there are no templates" : `expected one of ${known}`;
    problems.add(named.node.at, `there is no such template; ${expected}`);
  }
  const layers = [defaults, template?.node].filter((one) => one?.kind === "map");
  return layers.reduceRight<MapNode>((over, under) => merged(under, over), said);
}

/** Maps go into maps; anything else replaces what was below. */
function merged(under: ConfigNode | undefined, over: MapNode): MapNode {
  if (under?.kind !== "map") return over;
  const fields = new Map(under.fields);
  for (const [name, field] of over.fields) {
    const below = fields.get(name)?.node;
    const node = field.node.kind === "map" ? merged(below, field.node) : field.node;
    fields.set(name, { at: field.at, node });
  }
  return { ...over, fields };
}

/** Rows of `for`: those of a list of maps, or every combination of a map of lists. */
function rowsOf(node: ConfigNode | undefined, problems: ConfigProblems): readonly ForRow[] {
  if (node === undefined) return NO_ROWS;
  if (node.kind === "list") return node.items.flatMap((item) => rowOf(item, problems) ?? []);
  if (node.kind !== "map") {
    const expected = "expected a list of maps, or a map of lists for every combination";
    problems.add(node.at, `${expected}; found ${nounOf(node)}`);
    return [];
  }
  let rows: readonly ForRow[] = NO_ROWS;
  for (const [name, { node: values }] of node.fields) {
    const choices = values.kind === "list" ? values.items.filter(isScalarNode) : [];
    if (values.kind !== "list" || choices.length < values.items.length) {
      problems.add(values.at, `expected a list of texts or numbers for ${name}`);
      return [];
    }
    if (rows.length * choices.length > LIMITS.configItemsMax) {
      problems.add(node.at, `expected at most ${LIMITS.configItemsMax} combinations`);
      return [];
    }
    rows = rows.flatMap((row) => choices.map((choice) => new Map([...row, [name, choice]])));
  }
  return rows;
}

function rowOf(item: ConfigNode, problems: ConfigProblems): ForRow | null {
  if (item.kind !== "map") {
    problems.add(item.at, `expected a map such as {name: shop}, found ${nounOf(item)}`);
    return null;
  }
  const row = new Map<string, ScalarNode>();
  for (const [name, { node }] of item.fields) {
    if (isScalarNode(node)) row.set(name, node);
    else problems.add(node.at, `expected a text or a number for ${name}, found ${nounOf(node)}`);
  }
  return row;
}

const isScalarNode = (node: ConfigNode): node is ScalarNode => node.kind === "scalar";
