/** Values that are taken from an answer for the steps behind it. */
import { messageOf } from "../../shared/errors.ts";
import { LIMITS } from "../../shared/limits.ts";
import { compilePattern } from "./bounded.ts";
import { compileExpression, tooLong } from "./expression.ts";
import type { Failure } from "./failure.ts";
import { HTTP_VARIABLES, httpValues, needsBody } from "./http-assert.ts";
import type { HttpAnswer } from "./http-assert.ts";
import { whereOf } from "./look.ts";
import type { Look } from "./look.ts";
import type { StepOptions } from "./multistep-options.ts";
import { quoted } from "./sentence.ts";

/** One value to take. */
export interface Carry {
  name: string;
  needsBody: boolean;
  take(answer: HttpAnswer, look: Look): { value: string } | Failure;
}

type Source = Omit<Carry, "name">;

/** Compiles what is carried; throws QuorateError "invalid" for what does not compile. */
export function compileCarries(carries: StepOptions["carry"], path: string): Carry[] {
  return Object.entries(carries).map(([name, { json, header, regex }]) => {
    const at = `${path}.${name}`;
    const source =
      json !== undefined
        ? fromExpression(json, `${at}.json`)
        : regex !== undefined
          ? fromPattern(regex, `${at}.regex`)
          : fromHeader(header ?? "");
    return { name, needsBody: source.needsBody, take: bounded(name, source) };
  });
}

function bounded(name: string, source: Source): Carry["take"] {
  return (answer, look) => {
    const taken = source.take(answer, look);
    if ("reason" in taken || taken.value.length <= LIMITS.carriedCharsMax) return taken;
    const limit = `${LIMITS.carriedCharsMax} characters`;
    const detail = `${whereOf(look)} gave more than ${limit} for ${quoted(name)}.`;
    return { reason: "http_body", detail };
  };
}

function fromExpression(text: string, path: string): Source {
  const expression = compileExpression({ text, path, variables: HTTP_VARIABLES });
  return {
    needsBody: needsBody(expression),
    take(answer, look) {
      try {
        const taken = expression.value(httpValues(expression, answer));
        if ("tooLong" in taken) return tooLong(expression);
        const value = textOf(taken.value);
        if (value !== undefined) return { value };
        throw new Error("it gives no text, number or bool");
      } catch (thrown) {
        const why = look.quote(messageOf(thrown).split("\n")[0] ?? "");
        const detail = `${quoted(text)} gives nothing of the answer of ${whereOf(look)}: ${why}.`;
        return { reason: "http_expression", detail };
      }
    },
  };
}

function textOf(value: unknown): string | undefined {
  if (typeof value === "string") return value;
  const simple =
    typeof value === "number" || typeof value === "bigint" || typeof value === "boolean";
  return simple ? String(value) : undefined;
}

function fromHeader(header: string): Source {
  return {
    needsBody: false,
    take({ head }, look) {
      const value = head.header(header.toLowerCase());
      if (value !== undefined) return { value };
      return {
        reason: "http_header",
        detail: `${whereOf(look)} sent no header ${quoted(header)}.`,
      };
    },
  };
}

function fromPattern(source: string, path: string): Source {
  const pattern = compilePattern(source, path);
  return {
    needsBody: true,
    take({ body }, look) {
      const text = body.toString("utf8");
      const found = pattern.find(text);
      if ("tooLong" in found) return tooLong({ text: source });
      if (found.value !== null) {
        return { value: found.value.group ?? text.slice(found.value.start, found.value.end) };
      }
      const detail = `The body of ${whereOf(look)} does not match ${quoted(source)}.`;
      return { reason: "http_body", detail };
    },
  };
}
