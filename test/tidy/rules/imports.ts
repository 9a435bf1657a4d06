/** Imports: only the edges that ARCHITECTURE.md draws, no cycle, and rooms that stay pure. */
import { posix } from "node:path";
import type { Node } from "oxc-parser";
import { type Finding, findingAt, type Source, walk } from "../source.ts";

/** A room, as one line of the block in ARCHITECTURE.md says it. */
export interface Room {
  /** A folder or a file; the longest that fits a path is its room. */
  name: string;
  /** A pure room: no packages, no Node modules, nothing asynchronous. */
  isPure: boolean;
  /** Folders and files it may import from, beside itself. */
  mayImport: readonly string[];
}

interface Import {
  /** As written: a relative path with its ending, a package, or `node:…`. */
  specifier: string;
  /** Path from the project's root; null for a package or a Node module. */
  target: string | null;
  isTypeOnly: boolean;
  offset: number;
}

const BLOCK = /^<!-- edges -->\n+```text\n([\s\S]*?)```/m;
const LINE = /^(\S+)( \(pure\))? +<- *(.*)$/;

/** Reads the rooms and their edges from the block in ARCHITECTURE.md. */
export function parseRooms(architecture: string): Room[] {
  const block = BLOCK.exec(architecture)?.[1];
  if (block === undefined) throw new Error("ARCHITECTURE.md has no block after <!-- edges -->");
  return block
    .split("\n")
    .filter((line) => line.trim() !== "")
    .map((line) => {
      const [, name, pure, edges] = LINE.exec(line) ?? [];
      if (name === undefined) throw new Error(`expected "room <- rooms", found "${line}"`);
      const mayImport = (edges ?? "").split(/\s+/).filter((edge) => edge !== "" && edge !== "-");
      return { name, isPure: pure !== undefined, mayImport };
    });
}

const isWithin = (path: string, name: string): boolean =>
  path === name || path.startsWith(`${name}/`);

function roomOf(rooms: readonly Room[], path: string): Room | null {
  const fitting = rooms.filter((room) => isWithin(path, room.name));
  return fitting.sort((a, b) => b.name.length - a.name.length)[0] ?? null;
}

function specifierOf(node: Node): { text: string; isTypeOnly: boolean } | null {
  if (node.type === "ImportDeclaration") {
    return { text: node.source.value, isTypeOnly: node.importKind === "type" };
  }
  if (node.type === "ExportNamedDeclaration" || node.type === "ExportAllDeclaration") {
    const isTypeOnly = node.exportKind === "type";
    return node.source === null ? null : { text: node.source.value, isTypeOnly };
  }
  if (node.type === "ImportExpression" && node.source.type === "Literal") {
    return { text: String(node.source.value), isTypeOnly: false };
  }
  return node.type === "TSImportType" ? { text: node.source.value, isTypeOnly: true } : null;
}

function importsOf(source: Source): Import[] {
  const imports: Import[] = [];
  for (const { node } of walk(source.program)) {
    const found = specifierOf(node);
    if (found === null) continue;
    const isRelative = found.text.startsWith(".");
    const target = isRelative ? posix.join(posix.dirname(source.path), found.text) : null;
    const { text: specifier, isTypeOnly } = found;
    imports.push({ specifier, target, isTypeOnly, offset: node.start });
  }
  return imports;
}

function edgeProblem(rooms: readonly Room[], from: Room, made: Import): string | null {
  if (made.target === null) {
    if (!from.isPure || made.isTypeOnly) return null;
    return `${from.name} is pure and imports ${made.specifier}: hand in what it needs`;
  }
  if (roomOf(rooms, made.target) === from) return null;
  if (from.mayImport.some((name) => isWithin(made.target ?? "", name))) return null;
  const allowed = from.mayImport.join(", ") || "nothing";
  return (
    `${from.name} may import from ${allowed}, not from ${made.target}: go through a door in ` +
    "aggregator/ports.ts, or move the code (edges: ARCHITECTURE.md)"
  );
}

/** Every import between rooms is an edge of ARCHITECTURE.md. */
export function checkEdges(source: Source, rooms: readonly Room[]): Finding[] {
  if (source.path.startsWith("test/")) return [];
  const from = roomOf(rooms, source.path);
  if (from === null) return [findingAt(source, 0, "in no room that ARCHITECTURE.md names")];
  return importsOf(source).flatMap((made) => {
    const problem = edgeProblem(rooms, from, made);
    return problem === null ? [] : [findingAt(source, made.offset, problem)];
  });
}

/** A pure room decides; it waits for nothing. */
export function checkPurity(source: Source, rooms: readonly Room[]): Finding[] {
  if (roomOf(rooms, source.path)?.isPure !== true) return [];
  const findings: Finding[] = [];
  for (const { node } of walk(source.program)) {
    const isAsync = "async" in node && node.async;
    const isPromise = node.type === "Identifier" && node.name === "Promise";
    if (!isAsync && !isPromise) continue;
    const message = "a pure room is synchronous: return an effect, and let the engine carry it out";
    findings.push(findingAt(source, node.start, message));
  }
  return findings;
}

/** No file reaches itself over its imports, types included: such files are one thing in pieces. */
export function checkCycles(sources: readonly Source[]): Finding[] {
  const byPath = new Map(sources.map((source) => [source.path, source]));
  const targets = new Map(
    sources.map((source) => [source.path, importsOf(source).map(({ target }) => target ?? "")]),
  );
  const done = new Set<string>();
  const findings: Finding[] = [];
  const visit = (path: string, trail: readonly string[]): void => {
    const source = byPath.get(path);
    if (source === undefined || done.has(path)) return;
    const from = trail.indexOf(path);
    if (from !== -1) {
      const cycle = [...trail.slice(from), path].join(" -> ");
      const message = `an import cycle, ${cycle}: move what both need into a third file`;
      findings.push(findingAt(source, 0, message));
      return;
    }
    for (const target of targets.get(path) ?? []) visit(target, [...trail, path]);
    done.add(path);
  };
  for (const path of [...targets.keys()].sort()) visit(path, []);
  return findings;
}
