/** The commands as a list of pages: what the man page and the reference are made of. */
import { Help } from "commander";
import type { Command, Option } from "commander";

/** A flag or an argument, and what it means. */
export interface Entry {
  /** As it is written, such as `--limit <n>`. */
  term: string;
  description: string;
}

/** One command that does something. */
export interface CommandPage {
  /** Words that begin it, such as `quorate targets list`. */
  name: string;
  /** Other names of its last word. */
  aliases: readonly string[];
  /** What stands behind its words. */
  usage: string;
  description: string;
  /** Heading that it stands under in the help. */
  group: string;
  /** Its own flags, without those that every verb has. */
  flags: readonly Entry[];
  /** Whether it has the flags that every verb has. */
  isVerb: boolean;
}

/** Flags that every verb of a resource has, by their long form. */
const SHARED = ["--api", "--context", "--token-file", "--data", "--output", "--json"];

const help = new Help();

/** The pages of a program, in the order of its help. */
export function commandPages(program: Command): CommandPage[] {
  return program.commands.flatMap((command) => pagesOf(command, program.name(), groupOf(command)));
}

function pagesOf(command: Command, before: string, group: string): CommandPage[] {
  if (isHidden(command)) return [];
  const name = `${before} ${command.name()}`;
  if (command.commands.length > 0) {
    return command.commands.flatMap((verb) => pagesOf(verb, name, group));
  }
  const options = help.visibleOptions(command).filter(({ long }) => long !== "--help");
  const isVerb = SHARED.every((long) => options.some((option) => option.long === long));
  const own = isVerb ? options.filter(({ long }) => !SHARED.includes(long ?? "")) : options;
  const words = command.registeredArguments.map((argument) => {
    const word = `${argument.name()}${argument.variadic ? "…" : ""}`;
    return argument.required ? `<${word}>` : `[${word}]`;
  });
  return [
    {
      name,
      aliases: command.aliases(),
      usage: [name, ...words, "[flags]"].join(" "),
      description: command.description(),
      group,
      flags: own.map(entryOf),
      isVerb,
    },
  ];
}

/** The flags that every verb has, as one of them describes them. */
export function sharedFlags(program: Command): Entry[] {
  const verb = program.commands
    .flatMap((command) => [command, ...command.commands])
    .find(({ options }) => SHARED.every((long) => options.some((option) => option.long === long)));
  return (verb?.options ?? []).filter(({ long }) => SHARED.includes(long ?? "")).map(entryOf);
}

function entryOf(option: Option): Entry {
  return { term: help.optionTerm(option), description: help.optionDescription(option) };
}

const groupOf = (command: Command): string => command.helpGroup().replace(/:$/, "");

/** Whether the help leaves a command out; commander keeps that to itself. */
export function isHidden(command: Command): boolean {
  const { parent } = command;
  return parent !== null && !help.visibleCommands(parent).includes(command);
}
