/** Tests: named as statements, all of them run, and none sleeps for a fixed time. */
import type { CallExpression, Node } from "oxc-parser";
import { type Finding, findingAt, type Source, walk } from "../source.ts";

const TEST_FUNCTIONS = ["test", "it", "describe", "suite"];

/** First words that make a name a wish or a heading instead of a statement. */
const NO_STATEMENT = /^(?:should|tests?|checks? that|verif(?:y|ies)|it|works|when)\b/i;

interface TestCall {
  call: CallExpression;
  /** `test`, `it`, … */
  callee: string;
  /** `only`, `skip` or `todo` of `test.only(…)`, or null. */
  variant: string | null;
}

function testCall(node: Node): TestCall | null {
  if (node.type !== "CallExpression") return null;
  const { callee } = node;
  if (callee.type === "Identifier" && TEST_FUNCTIONS.includes(callee.name)) {
    return { call: node, callee: callee.name, variant: null };
  }
  if (callee.type !== "MemberExpression" || callee.computed) return null;
  if (callee.object.type !== "Identifier" || callee.property.type !== "Identifier") return null;
  // `t.test(…)` of a sub-test is a test as well.
  if (callee.property.name === "test") return { call: node, callee: "test", variant: null };
  if (!TEST_FUNCTIONS.includes(callee.object.name)) return null;
  return { call: node, callee: callee.object.name, variant: callee.property.name };
}

/** The text of a name; a part that is filled in may be a whole statement. Null when computed. */
function nameText(node: Node | undefined): string | null {
  if (node?.type === "Literal" && typeof node.value === "string") return node.value;
  if (node?.type !== "TemplateLiteral") return null;
  return node.quasis.map((quasi) => quasi.value.raw).join("X holds here");
}

function nameProblem(found: TestCall): string | null {
  const name = nameText(found.call.arguments[0]);
  const isGroup = found.callee === "describe" || found.callee === "suite";
  if (name === null || isGroup) return null;
  if (name.trim().split(/\s+/).length >= 3 && !NO_STATEMENT.test(name)) return null;
  return (
    `"${name}" is no statement: say what holds, for instance ` +
    '"an abstaining vantage never makes a target down"'
  );
}

/** A property `only`, `todo`, or `skip: true` of the options; a skip that has a reason is free. */
function isSwitchedOff(call: CallExpression): boolean {
  return call.arguments.some(
    (argument) =>
      argument.type === "ObjectExpression" &&
      argument.properties.some(
        (property) =>
          property.type === "Property" &&
          property.key.type === "Identifier" &&
          ["only", "skip", "todo"].includes(property.key.name) &&
          property.value.type === "Literal" &&
          property.value.value === true,
      ),
  );
}

/** Every test states what holds, and no test is left out or run alone. */
export function checkTestNames(source: Source): Finding[] {
  if (!source.path.endsWith(".test.ts")) return [];
  const findings: Finding[] = [];
  for (const { node } of walk(source.program)) {
    const found = testCall(node);
    if (found === null) continue;
    const problem = nameProblem(found);
    if (problem !== null) findings.push(findingAt(source, node.start, problem));
    const isVariant = ["only", "skip", "todo"].includes(found.variant ?? "");
    if (!isVariant && !isSwitchedOff(found.call)) continue;
    const message =
      "no test is switched off: mend it, delete it, or skip by `needs(…)` with a reason";
    findings.push(findingAt(source, node.start, message));
  }
  return findings;
}

/** A test waits for a condition, never for a time: fixed sleeps are slow and still fail. */
export function checkSleeps(source: Source): Finding[] {
  if (!source.path.endsWith(".test.ts")) return [];
  const findings: Finding[] = [];
  for (const { node } of walk(source.program)) {
    if (node.type !== "CallExpression" || node.callee.type !== "Identifier") continue;
    if (!/^(?:sleep|delay|pause)(?:Ms)?$/.test(node.callee.name)) continue;
    const message =
      "a test sleeps for a fixed time: wait for a condition with a generous deadline, or move a " +
      "simulated clock";
    findings.push(findingAt(source, node.start, message));
  }
  return findings;
}
