/** Relabelling of Prometheus: rules that make a target's labels from those it was found with. */
import { createContext, Script } from "node:vm";
import type { Context } from "node:vm";
import { LIMITS } from "../../../shared/limits.ts";
import type { Fields, Tell } from "./fields.ts";

/** The labels of one target. */
export type Labels = Record<string, string>;

/** One rule, ready to be used. */
interface Rule {
  action: string;
  from: readonly string[];
  separator: string;
  /** Matches the whole text. */
  pattern: RegExp;
  /** The pattern as it was written. */
  source: string;
  to: string;
  replacement: string;
}

/** Rules in order; null: the target is dropped. */
export type Relabel = (labels: Readonly<Labels>) => Labels | null;

const ACTIONS = new Set(
  "replace keep drop labelmap labeldrop labelkeep lowercase uppercase keepequal dropequal".split(
    " ",
  ),
);

/** Longest regular expression, and longest text that one looks at. */
const CHARS_MAX = 1_000;

const room: { context?: Context; script?: Script } = {};

/** Reads rules; one that cannot be used is told, and changes nothing. */
export function readRelabel(rules: readonly Fields[], tell: Tell): Relabel {
  const ready = rules.flatMap((fields) => readRule(fields, tell) ?? []);
  const stopped = new Set<Rule>();
  return (labels) => {
    let now: Labels | null = { ...labels };
    for (const rule of ready) {
      if (stopped.has(rule) || now === null) continue;
      const given: Labels = now;
      const done = runBounded(() => applyRule(rule, given));
      if (done !== undefined) {
        now = done;
        continue;
      }
      stopped.add(rule);
      tell("relabel_configs", `${rule.source}: it took too long, and is not used`);
    }
    return now;
  };
}

function readRule(fields: Fields, tell: Tell): Rule | null {
  const action = (fields.text("action") ?? "replace").toLowerCase();
  const from = fields.texts("source_labels");
  const source = fields.text("regex") ?? "(.*)";
  const rule = {
    action,
    from,
    separator: scalarOr(fields, "separator", ";"),
    to: fields.text("target_label") ?? "",
    replacement: scalarOr(fields, "replacement", "$1"),
  };
  fields.end();
  if (!ACTIONS.has(action)) {
    tell("relabel_configs", `the action ${action} is not known`);
    return null;
  }
  try {
    if (source.length > CHARS_MAX) throw new RangeError("it is too long");
    const [, flags = "", rest = source] = /^\(\?([is]+)\)(.*)$/s.exec(source) ?? [];
    return {
      ...rule,
      source,
      pattern: new RegExp(`^(?:${rest})$`, `s${flags.replaceAll("s", "")}`),
    };
  } catch {
    // Go knows forms of expressions that JavaScript does not.
    tell("relabel_configs", `the regular expression ${source.slice(0, 80)} is not known`);
    return null;
  }
}

/** An empty text is a text here, and not nothing. */
function scalarOr(fields: Fields, name: string, otherwise: string): string {
  const value = fields.raw(name);
  return typeof value === "string" ? value : (fields.text(name) ?? otherwise);
}

function applyRule(rule: Rule, labels: Labels): Labels | null {
  const { action, pattern, to } = rule;
  const text = rule.from
    .map((name) => labels[name] ?? "")
    .join(rule.separator)
    .slice(0, CHARS_MAX);
  const named = (test: (name: string) => boolean): Labels =>
    Object.fromEntries(Object.entries(labels).filter(([name]) => test(name)));
  switch (action) {
    case "keep":
      return pattern.test(text) ? labels : null;
    case "drop":
      return pattern.test(text) ? null : labels;
    case "keepequal":
      return text === (labels[to] ?? "") ? labels : null;
    case "dropequal":
      return text === (labels[to] ?? "") ? null : labels;
    case "labeldrop":
      return named((name) => !pattern.test(name));
    case "labelkeep":
      return named((name) => pattern.test(name));
    case "lowercase":
      return { ...labels, [to]: text.toLowerCase() };
    case "uppercase":
      return { ...labels, [to]: text.toUpperCase() };
    case "labelmap": {
      const mapped = Object.entries(labels).flatMap(([name, value]) => {
        const found = pattern.exec(name);
        return found === null ? [] : [[filled(rule.replacement, found), value] as const];
      });
      return { ...labels, ...Object.fromEntries(mapped) };
    }
    default: {
      const found = pattern.exec(text);
      if (found === null || to === "") return labels;
      const value = filled(rule.replacement, found);
      if (value !== "") return { ...labels, [filled(to, found)]: value };
      return named((name) => name !== to);
    }
  }
}

/** `$1`, `${1}` and `$name` stand for what groups matched. */
function filled(text: string, found: RegExpExecArray): string {
  return text.replaceAll(
    /\$(?:(\d{1,2})|\{(\w+)\}|([A-Za-z_]\w*))/g,
    (_whole, ...groups: unknown[]) => {
      const key = groups.slice(0, 3).find((one) => typeof one === "string");
      const name = typeof key === "string" ? key : "";
      return (/^\d+$/.test(name) ? found[Number(name)] : found.groups?.[name]) ?? "";
    },
  );
}

/** An expression from outside could backtrack for ever; V8 stops it. Undefined: it was stopped. */
function runBounded(work: () => Labels | null): Labels | null | undefined {
  room.context ??= createContext({ work: undefined });
  room.script ??= new Script("work()");
  let answer: Labels | null | undefined;
  room.context["work"] = () => {
    answer = work();
  };
  try {
    room.script.runInContext(room.context, { timeout: LIMITS.expressionMsMax });
  } catch {
    // It was stopped; an expression throws nothing else.
    return undefined;
  } finally {
    room.context["work"] = undefined;
  }
  return answer;
}
