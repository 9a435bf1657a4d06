/** The reference of the command line, from what the commands say of themselves. */
import { EXIT_CODES } from "../../aggregator/cli/exit-codes.ts";
import { ENVIRONMENT } from "../../aggregator/cli/reference/environment.ts";
import { commandPages, sharedFlags } from "../../aggregator/cli/reference/pages.ts";
import type { CommandPage, Entry } from "../../aggregator/cli/reference/pages.ts";
import { wholeCommand } from "./cli-help.ts";

/** Where the page stands. */
export const COMMANDS_PAGE = "aggregator/cli/COMMANDS.md";

const HEAD = `# Commands

<!-- Made by \`npm run generate\` from the commands themselves; do not edit. -->

A program is a singular word, a resource a plural one with its verbs. \`quorate man\` prints this as
a man page, \`quorate completion bash|zsh|fish\` what lets a shell complete commands, flags and
names.`;

/** The whole page, before the formatter has seen it. */
export function commandsPage(): string {
  const program = wholeCommand();
  const pages = commandPages(program);
  const groups = [...new Set(pages.map(({ group }) => group))];
  const exits = Object.values(EXIT_CODES).map(({ code, meaning }) => {
    return { term: String(code), description: meaning };
  });
  const parts = [
    HEAD,
    `## Flags of every verb`,
    tableOf("flag", sharedFlags(program)),
    ...groups.flatMap((group) => [
      `## ${group}`,
      ...pages.filter((page) => page.group === group).flatMap(sectionOf),
    ]),
    "## Environment",
    tableOf("variable", ENVIRONMENT),
    "## Exit codes",
    tableOf("code", exits),
  ];
  return `${parts.join("\n\n")}\n`;
}

function sectionOf({ name, usage, description, aliases, flags }: CommandPage): string[] {
  const also = aliases.length === 0 ? "" : ` Also called \`${aliases.join("`, `")}\`.`;
  const text = `${description.charAt(0).toUpperCase()}${description.slice(1)}`;
  const said = `${text}${/[.!?]$/.test(text) ? "" : "."}${also}`;
  const table = flags.length === 0 ? [] : [tableOf("flag", flags)];
  return [`### ${name}`, `\`\`\`sh\n${usage}\n\`\`\``, escaped(said), ...table];
}

function tableOf(header: string, entries: readonly Entry[]): string {
  const rows = entries.map(({ term, description }) => {
    return `| \`${term.replaceAll("|", "\\|")}\` | ${escaped(description)} |`;
  });
  return [`| ${header} | what it does |`, "|---|---|", ...rows].join("\n");
}

const escaped = (text: string): string =>
  text.replaceAll("|", "\\|").replaceAll("<", "&lt;").replaceAll("*", "\\*");
