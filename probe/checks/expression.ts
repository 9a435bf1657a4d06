/** CEL expressions on an HTTP answer: type-checked when prepared, bounded when run. */
import { Environment } from "@marcbachmann/cel-js";
import { messageOf, QuorateError } from "../../shared/errors.ts";
import { runBounded } from "./bounded.ts";
import type { Bounded } from "./bounded.ts";
import type { Head } from "./http-head.ts";

/** A compiled expression. */
export interface Expression {
  text: string;
  /** Whether it speaks of the body. */
  needsBody: boolean;
  /** Whether it is true of an answer; throws when it cannot be told, for instance a missing key. */
  holds(answer: { head: Head; body: Buffer; latencyMs: number }): Bounded<boolean>;
}

let environment: Environment | undefined;

/** JSON numbers stay doubles, as CEL says of them; only literals in the expression are int. */
function variables(): Environment {
  environment ??= new Environment({
    unlistedVariablesAreDyn: false,
    homogeneousAggregateLiterals: false,
    limits: { maxAstNodes: 1_000, maxDepth: 50 },
  })
    .registerVariable("status", "int")
    .registerVariable("headers", "map<string, string>")
    .registerVariable("body", "string")
    .registerVariable("json", "dyn")
    .registerVariable("latencyMs", "double");
  return environment;
}

/** Compiles an expression that must be a bool; throws QuorateError "invalid" if it is not. */
export function compileExpression(text: string): Expression {
  const program = parsed(text);
  const needsJson = /\bjson\b/.test(text);
  // Loops over the body and regular expressions can run away; all else is linear and short.
  const mayRunAway = /\b(?:matches|all|exists|exists_one|map|filter)\s*\(/.test(text);
  return {
    text,
    needsBody: needsJson || /\bbody\b/.test(text),
    holds({ head, body, latencyMs }) {
      const bodyText = body.toString("utf8");
      const work = (): boolean =>
        isTrue(
          program({
            status: BigInt(head.status),
            headers: head.headers(),
            body: bodyText,
            json: needsJson ? jsonOf(bodyText) : null,
            latencyMs,
          }),
        );
      return mayRunAway ? runBounded(work) : { value: work() };
    },
  };
}

function parsed(text: string): (context: Record<string, unknown>) => unknown {
  try {
    const program = variables().parse(text);
    const types = program.check();
    if (!types.valid) throw types.error ?? new Error("it does not type-check");
    const type = String(types.type);
    if (type !== "bool" && type !== "dyn") throw new Error(`its type is ${type}, not bool`);
    return (context): unknown => {
      const value: unknown = program(context);
      return value;
    };
  } catch (thrown) {
    const why = messageOf(thrown).split("\n")[0] ?? "";
    const message = `expected a CEL expression that gives a bool: ${why}`;
    const value = JSON.stringify(text.slice(0, 80));
    throw new QuorateError("invalid", `options.expression: ${message}.`, [
      { path: "options.expression", message, value },
    ]);
  }
}

function isTrue(value: unknown): boolean {
  if (typeof value === "boolean") return value;
  throw new Error("it gives no bool");
}

function jsonOf(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return value;
  } catch (thrown) {
    if (thrown instanceof SyntaxError) return null;
    throw thrown;
  }
}
