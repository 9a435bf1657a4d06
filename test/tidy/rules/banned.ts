/** Names that are banned outside their one home. */
import type { Node } from "oxc-parser";
import { type Finding, findingAt, type Source, walk } from "../source.ts";

interface Ban {
  /** Files, or folders ending in a slash, where it may be used. */
  homes: readonly string[];
  /** What to use instead. */
  instead: string;
}

const TIME: Ban = {
  homes: ["shared/clock.ts"],
  instead: "take a Clock by parameter (shared/clock.ts); a test uses test/helpers/sim-clock.ts",
};
const CHANCE: Ban = {
  homes: ["shared/random.ts"],
  instead: "take a Random by parameter (shared/random.ts)",
};
const CONSOLE: Ban = {
  homes: ["aggregator/cli/printer.ts"],
  instead: "use the log (shared/log.ts), in the CLI its printer, in a test nothing",
};
const ENVIRONMENT: Ban = {
  homes: ["shared/config.ts", "test/helpers/", "test/run.ts"],
  instead: "take the setting by parameter; only shared/config.ts reads the environment",
};

/** Globals and members; `x.*` means any member of `x`. */
const BANNED_MEMBERS: Readonly<Record<string, Ban>> = {
  "Date.now": TIME,
  "performance.now": TIME,
  "process.hrtime": TIME,
  "process.uptime": TIME,
  "Math.random": CHANCE,
  "crypto.randomUUID": CHANCE,
  "crypto.randomBytes": CHANCE,
  "crypto.randomInt": CHANCE,
  "crypto.getRandomValues": CHANCE,
  "console.*": CONSOLE,
  "process.env": ENVIRONMENT,
};
const BANNED_NAMES: Readonly<Record<string, Ban>> = {
  setTimeout: TIME,
  setInterval: TIME,
  randomUUID: CHANCE,
  randomBytes: CHANCE,
  randomInt: CHANCE,
  getRandomValues: CHANCE,
};

/** Modules whose whole purpose is banned, so that renaming an import is no way around. */
const BANNED_MODULES: Readonly<Record<string, Ban>> = {
  "node:timers": TIME,
  "node:timers/promises": TIME,
  "node:perf_hooks": TIME,
};

interface Use {
  name: string;
  ban: Ban;
}

function lookUp(table: Readonly<Record<string, Ban>>, name: string): Use | null {
  const ban = Object.hasOwn(table, name) ? table[name] : undefined;
  return ban === undefined ? null : { name, ban };
}

/** The name of what stands left of the dot: `x`, or for `globalThis.x` and `window.x` also `x`. */
function objectName(node: Node): string | null {
  if (node.type === "Identifier") return node.name;
  const isGlobal = node.type === "MemberExpression" && isGlobalObject(node.object);
  return isGlobal ? propertyName(node) : null;
}

function isGlobalObject(node: Node): boolean {
  return node.type === "Identifier" && ["globalThis", "window", "self"].includes(node.name);
}

function propertyName(node: Node): string | null {
  if (node.type !== "MemberExpression") return null;
  if (node.property.type === "Identifier" && !node.computed) return node.property.name;
  return node.property.type === "Literal" ? String(node.property.value) : null;
}

function memberUse(node: Node): Use | null {
  if (node.type !== "MemberExpression") return null;
  const property = propertyName(node);
  if (property === null) return null;
  if (isGlobalObject(node.object)) return lookUp(BANNED_NAMES, property);
  const object = objectName(node.object);
  return lookUp(BANNED_MEMBERS, `${object}.${property}`) ?? lookUp(BANNED_MEMBERS, `${object}.*`);
}

/** A bare name counts when it is called, handed on or imported, not as a key or a property. */
function nameUse(node: Node, parent: Node | undefined): Use | null {
  if (node.type !== "Identifier") return null;
  if (parent?.type === "MemberExpression" && parent.property === node) return null;
  if (parent?.type === "Property" && parent.key === node && !parent.shorthand) return null;
  return lookUp(BANNED_NAMES, node.name);
}

function dateUse(node: Node): Use | null {
  if (node.type !== "NewExpression" && node.type !== "CallExpression") return null;
  if (node.callee.type !== "Identifier" || node.callee.name !== "Date") return null;
  const isParse = node.type === "NewExpression" && node.arguments.length > 0;
  return isParse ? null : { name: "new Date()", ban: TIME };
}

function moduleUse(node: Node): Use | null {
  if (node.type !== "ImportDeclaration" || node.importKind === "type") return null;
  return lookUp(BANNED_MODULES, node.source.value);
}

/** Time, chance, console and environment come in through one file each. */
export function checkBannedNames(source: Source): Finding[] {
  const findings: Finding[] = [];
  for (const { node, ancestors } of walk(source.program)) {
    const use = memberUse(node) ?? nameUse(node, ancestors[0]) ?? dateUse(node) ?? moduleUse(node);
    if (use === null) continue;
    const isHome = use.ban.homes.some((home) =>
      home.endsWith("/") ? source.path.startsWith(home) : source.path === home,
    );
    if (isHome) continue;
    findings.push(findingAt(source, node.start, `${use.name} is banned: ${use.ban.instead}`));
  }
  return findings;
}

function isEmptyHandler(node: Node, ancestors: readonly Node[]): boolean {
  const isFunction = node.type === "ArrowFunctionExpression" || node.type === "FunctionExpression";
  if (!isFunction || node.body?.type !== "BlockStatement" || node.body.body.length > 0)
    return false;
  const [call] = ancestors;
  return call?.type === "CallExpression" && propertyName(call.callee) === "catch";
}

/** A catch handles the error, or a comment inside says why it may be dropped. */
export function checkEmptyCatches(source: Source): Finding[] {
  const findings: Finding[] = [];
  for (const { node, ancestors } of walk(source.program)) {
    const isEmptyCatch = node.type === "CatchClause" && node.body.body.length === 0;
    if (!isEmptyCatch && !isEmptyHandler(node, ancestors)) continue;
    if (source.comments.some(({ start, end }) => start > node.start && end < node.end)) continue;
    const message =
      "an empty catch drops an error: handle it, or say in a comment inside why it may be dropped";
    findings.push(findingAt(source, node.start, message));
  }
  return findings;
}
