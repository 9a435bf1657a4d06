/** The project's files as the tidy rules see them: text, lines, and for TypeScript its tree. */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { type Comment, type Node, type Program, parseSync, visitorKeys } from "oxc-parser";

/** A text file of the project. */
export interface TextFile {
  /** From the project's root, with forward slashes. */
  path: string;
  text: string;
}

/** A TypeScript file with its tree. */
export interface Source extends TextFile {
  program: Program;
  comments: readonly Comment[];
}

/** What a rule found: where, and what to do instead. */
export interface Finding {
  path: string;
  line: number;
  message: string;
}

/** A node with the nodes around it, innermost first. */
export interface Visit {
  node: Node;
  ancestors: readonly Node[];
}

const GENERATED = "shared/proto/gen/";
const BINARY = /\.(png|webp|ico|woff2?|gz|bin|db)$/;

/** Every file that git tracks or would track, apart from generated and binary ones. */
export function projectFiles(): TextFile[] {
  const args = ["ls-files", "--cached", "--others", "--exclude-standard", "--deduplicate"];
  return execFileSync("git", args, { encoding: "utf8" })
    .split("\n")
    .filter((path) => path !== "" && path !== "package-lock.json" && !BINARY.test(path))
    .filter((path) => !path.startsWith(GENERATED))
    .flatMap((path) => readIfThere(path));
}

/** A file that is deleted but not yet committed is still listed. */
function readIfThere(path: string): TextFile[] {
  try {
    return [{ path, text: readFileSync(path, "utf8") }];
  } catch {
    return [];
  }
}

/** Whether the rules for TypeScript apply to a path. */
export function isTypeScript(path: string): boolean {
  return /\.tsx?$/.test(path);
}

/** Parses a TypeScript file; one that does not parse is an error with the place. */
export function parseSource(file: TextFile): Source {
  const { program, comments, errors } = parseSync(file.path, file.text);
  const [error] = errors;
  if (error !== undefined) throw new Error(`${file.path}: ${error.codeframe ?? error.message}`);
  return { ...file, program, comments };
}

/** The line of an offset, counted from 1. */
export function lineAt(text: string, offset: number): number {
  let line = 1;
  for (let at = text.indexOf("\n"); at !== -1 && at < offset; at = text.indexOf("\n", at + 1)) {
    line += 1;
  }
  return line;
}

/** A finding at an offset of a file. */
export function findingAt(file: TextFile, offset: number, message: string): Finding {
  return { path: file.path, line: lineAt(file.text, offset), message };
}

/**
 * The nodes in a property of a node.
 * Guarantee: `key` is one of the parser's visitor keys of this node, and behind those stand only a
 * node, null, or a list of nodes and nulls.
 */
function childrenOf(node: Node, key: string): (Node | null)[] {
  const value = (node as unknown as Record<string, Node | (Node | null)[] | null>)[key];
  return Array.isArray(value) ? value : [value ?? null];
}

/** Every node of a tree, parents before children. */
export function* walk(root: Node, ancestors: readonly Node[] = []): Generator<Visit> {
  yield { node: root, ancestors };
  const inner = [root, ...ancestors];
  for (const key of visitorKeys[root.type] ?? []) {
    for (const child of childrenOf(root, key)) {
      if (child !== null) yield* walk(child, inner);
    }
  }
}

/** The comment right above an offset, with nothing but blanks between; null when there is none. */
export function commentAbove(source: Source, offset: number): Comment | null {
  const above = source.comments.filter((comment) => comment.end <= offset).at(-1);
  if (above === undefined || source.text.slice(above.end, offset).trim() !== "") return null;
  return above;
}
