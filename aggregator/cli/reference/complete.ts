/** What can stand at the end of a command line: commands, flags, their values, names of things. */
import type { Command, Option } from "commander";
import { isHidden } from "./pages.ts";

/** One thing that can stand there. */
export interface Candidate {
  value: string;
  description: string;
}

/** What the last word can be. */
export interface Completion {
  candidates: Candidate[];
  /** What is named there: `target`, `probe`, …; null: nothing that the API knows. */
  names: string | null;
}

/** Completes the last of the words, which may be empty. */
export function completeWords(program: Command, words: readonly string[]): Completion {
  const before = words.slice(0, -1);
  const current = words.at(-1) ?? "";
  const place = walk(program, before);
  const [flag = "", value] = current.split(/=(.*)/s);
  const given = value === undefined ? place.open : optionOf(place.command, flag);
  if (given !== null && (value !== undefined || place.open !== null)) {
    const prefix = value === undefined ? "" : `${flag}=`;
    return valuesOf(given, { prefix, typed: value ?? current });
  }
  if (current.startsWith("-")) {
    const flags = place.command.options.filter(({ hidden }) => !hidden);
    const all = flags.map(({ long, description }) => ({ value: long ?? "", description }));
    return { candidates: fitting(all, current), names: null };
  }
  const verbs = place.command.commands.filter((one) => !isHidden(one));
  const words2 = verbs.map((one) => ({ value: one.name(), description: one.description() }));
  const argument = place.command.registeredArguments[place.seen];
  const choices = (argument?.argChoices ?? []).map((choice) => plain(choice));
  const candidates = fitting([...words2, ...choices], current);
  return {
    candidates,
    names: argument === undefined ? null : nameOf(place.command, argument.name()),
  };
}

interface Place {
  command: Command;
  /** Arguments of the command that were given. */
  seen: number;
  /** A flag that waits for its value. */
  open: Option | null;
}

function walk(program: Command, words: readonly string[]): Place {
  const place: Place = { command: program, seen: 0, open: null };
  for (const word of words) {
    if (place.open !== null) {
      place.open = null;
    } else if (word.startsWith("-")) {
      const option = optionOf(place.command, word);
      const wantsValue = option !== null && (option.required || option.optional);
      place.open = wantsValue && !word.includes("=") ? option : null;
    } else {
      const verb = place.command.commands.find(
        (one) => one.name() === word || one.aliases().includes(word),
      );
      place.seen = verb === undefined ? place.seen + 1 : 0;
      place.command = verb ?? place.command;
    }
  }
  return place;
}

function optionOf({ options }: Command, word: string): Option | null {
  const name = word.split("=")[0];
  return options.find(({ long, short }) => long === name || short === name) ?? null;
}

function valuesOf(
  option: Option,
  { prefix, typed }: { prefix: string; typed: string },
): Completion {
  const placeholder = /[<[]([a-z]+)/.exec(option.flags)?.[1] ?? "";
  const choices = (option.argChoices ?? []).map((choice) => plain(choice));
  const found = fitting(choices, typed);
  const candidates = found.map(({ value }) => plain(prefix + value));
  const isContext = option.long === "--context";
  const names = isContext ? "context" : NAMED.has(placeholder) ? placeholder : null;
  return { candidates, names };
}

/** What arguments and values of flags name, as they stand in the usage. */
const NAMED: ReadonlySet<string> = new Set(
  "target probe channel incident silence maintenance token session notification page kind".split(
    " ",
  ),
);

function nameOf(command: Command, argument: string): string | null {
  if (NAMED.has(argument)) return argument;
  const isContext = command.parent?.name() === "context" && argument === "name";
  return isContext ? "context" : null;
}

const plain = (value: string): Candidate => ({ value, description: "" });

/** Those that begin with what was typed. */
export function fitting(candidates: readonly Candidate[], typed: string): Candidate[] {
  return candidates.filter(({ value }) => value.startsWith(typed));
}
