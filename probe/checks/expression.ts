/** CEL expressions on an answer: type-checked when prepared, bounded when run. */
import { Environment } from "@marcbachmann/cel-js";
import { messageOf, QuorateError } from "../../shared/errors.ts";
import { LIMITS } from "../../shared/limits.ts";
import { runBounded } from "./bounded.ts";
import type { Bounded } from "./bounded.ts";
import type { Failure } from "./failure.ts";
import { whereOf } from "./look.ts";
import type { Look } from "./look.ts";
import { quoted } from "./sentence.ts";

/** Variables of an expression and their CEL types, such as `map<string, string>` or `dyn`. */
export type Variables = Readonly<Record<string, string>>;

/** Values of an expression's variables; an `int` is a bigint, JSON is as it was parsed. */
export type Values = Readonly<Record<string, unknown>>;

/** What an expression is compiled with. */
export interface ExpressionSource {
  text: string;
  /** Path of the option, for the error, such as `options.expression`. */
  path: string;
  variables: Variables;
}

/** A compiled expression. */
export interface Expression {
  text: string;
  /** Whether it speaks of a variable. */
  uses(variable: string): boolean;
  /** Its value; throws when there is none, for instance because a key is missing. */
  value(values: Values): Bounded<unknown>;
}

const environments = new WeakMap<Variables, Environment>();

/** JSON numbers stay doubles, as CEL says of them; only literals in the expression are int. */
function environmentOf(variables: Variables): Environment {
  const known = environments.get(variables);
  if (known !== undefined) return known;
  const made = new Environment({
    unlistedVariablesAreDyn: false,
    homogeneousAggregateLiterals: false,
    limits: { maxAstNodes: 1_000, maxDepth: 50 },
  });
  for (const [name, type] of Object.entries(variables)) made.registerVariable(name, type);
  environments.set(variables, made);
  return made;
}

/** Compiles an expression of any type; throws QuorateError "invalid" if it does not compile. */
export function compileExpression(source: ExpressionSource): Expression {
  return compiled(source, undefined);
}

/** Compiles an expression that must be a bool; throws QuorateError "invalid" if it is not. */
export function compileCondition(source: ExpressionSource): Expression {
  return compiled(source, "bool");
}

function compiled(source: ExpressionSource, wanted: "bool" | undefined): Expression {
  const { text } = source;
  const program = parsed(source, wanted);
  // Loops over an answer and regular expressions can run away; all else is linear and short.
  const mayRunAway = /\b(?:matches|all|exists|exists_one|map|filter)\s*\(/.test(text);
  const words = new Set(text.match(/\b[A-Za-z_]\w*\b/g) ?? []);
  return {
    text,
    uses: (variable) => words.has(variable),
    value(values) {
      const work = (): unknown => program(values);
      return mayRunAway ? runBounded(work) : { value: work() };
    },
  };
}

function parsed(
  { text, path, variables }: ExpressionSource,
  wanted: "bool" | undefined,
): (values: Values) => unknown {
  try {
    const program = environmentOf(variables).parse(text);
    const types = program.check();
    if (!types.valid) throw types.error ?? new Error("it does not type-check");
    const type = String(types.type);
    if (wanted !== undefined && type !== wanted && type !== "dyn") {
      throw new Error(`its type is ${type}, not ${wanted}`);
    }
    return (values) => {
      const value: unknown = program({ ...values });
      return value;
    };
  } catch (thrown) {
    const why = messageOf(thrown).split("\n")[0] ?? "";
    const what = wanted === undefined ? "a CEL expression" : `a CEL expression that gives a bool`;
    const message = `expected ${what}: ${why}`;
    const value = JSON.stringify(text.slice(0, 80));
    throw new QuorateError("invalid", `${path}: ${message}.`, [{ path, message, value }]);
  }
}

/** What of an answer does not hold, as a failure with the reason given; undefined if all does. */
export function judgeCondition(
  condition: Expression,
  values: Values,
  { look, reason }: { look: Look; reason: "http_expression" | "reply_expression" },
): Failure | undefined {
  const shown = quoted(condition.text);
  try {
    const held = condition.value(values);
    if ("tooLong" in held) return tooLong(condition);
    if (held.value === true) return undefined;
    if (held.value !== false) throw new Error("it gives no bool");
    return { reason, detail: `The answer of ${whereOf(look)} makes ${shown} false.` };
  } catch (thrown) {
    const why = look.quote(messageOf(thrown).split("\n")[0] ?? "");
    const detail = `The expression ${shown} does not fit the answer of ${whereOf(look)}: ${why}.`;
    return { reason, detail };
  }
}

/** The failure of an expression that was stopped: the check must be written otherwise. */
export function tooLong({ text }: { text: string }): Failure {
  const limit = `${LIMITS.expressionMsMax} ms`;
  return {
    reason: "misconfigured",
    detail: `The expression ${quoted(text)} took longer than ${limit}.`,
  };
}

/** The value of a JSON text; null if it is none. */
export function jsonOrNull(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return value;
  } catch (thrown) {
    if (thrown instanceof SyntaxError) return null;
    throw thrown;
  }
}
