/** The man page, as roff. */
import { VERSION } from "../../../shared/version.ts";
import { EXIT_CODES } from "../exit-codes.ts";
import type { CommandPage, Entry } from "./pages.ts";

/** What the page is made of. */
export interface ManOptions {
  pages: readonly CommandPage[];
  /** Flags that every verb has. */
  shared: readonly Entry[];
  description: string;
  /** Variables of the environment, each with what it says. */
  environment: readonly Entry[];
}

/** The page; source: groff_man(7). */
export function manPage({ pages, shared, description, environment }: ManOptions): string {
  const exits = Object.values(EXIT_CODES).map(({ code, meaning }) => ({
    term: String(code),
    description: meaning,
  }));
  const lines = [
    `.TH QUORATE 1 "" "Quorate ${VERSION}" "User Commands"`,
    ".SH NAME",
    `quorate \\- ${text(lowered(description))}`,
    ".SH SYNOPSIS",
    ".B quorate",
    ".I command",
    "[\\fIflags\\fR]",
    ".SH DESCRIPTION",
    text(
      "A program is a singular word (aggregator, probe, mesh), a resource a plural one with its " +
        "verbs (targets list), as in the API. Tables fit the terminal; without a terminal " +
        "nothing is cut and nothing is coloured.",
    ),
    ".SH FLAGS OF EVERY VERB",
    ...shared.flatMap(tagged),
    ...commandLines(pages),
    ".SH ENVIRONMENT",
    ...environment.flatMap(tagged),
    ".SH FILES",
    ...tagged({
      term: "~/.config/quorate/config.yaml",
      description: "Contexts: aggregators by name. Below XDG_CONFIG_HOME when that is set.",
    }),
    ...tagged({
      term: "./.quorate/admin.token",
      description: "Token of the first start of an aggregator; sent to this machine only.",
    }),
    ".SH EXIT STATUS",
    ...exits.flatMap(tagged),
  ];
  return `${lines.join("\n")}\n`;
}

function commandLines(pages: readonly CommandPage[]): string[] {
  let group = "";
  return pages.flatMap((page) => {
    const head = page.group === group ? [] : [`.SH ${text(page.group.toUpperCase())}`];
    group = page.group;
    const also = page.aliases.length === 0 ? "" : ` Also called ${page.aliases.join(", ")}.`;
    return [
      ...head,
      `.SS ${quoted(page.usage)}`,
      text(`${sentence(page.description)}${also}`),
      ...page.flags.flatMap(tagged),
    ];
  });
}

const tagged = ({ term, description }: Entry): string[] => [
  ".TP",
  `.B ${quoted(term)}`,
  text(sentence(description)),
];

const sentence = (words: string): string =>
  `${words.charAt(0).toUpperCase()}${words.slice(1)}${/[.!?]$/.test(words) ? "" : "."}`;

const lowered = (words: string): string =>
  `${words.charAt(0).toLowerCase()}${words.slice(1).replace(/\.$/, "")}`;

/** Text of a line: no control character begins it, and backslashes and hyphens are literal. */
function text(words: string): string {
  const escaped = words.replaceAll("\\", "\\e").replaceAll("-", "\\-").replaceAll("\n", " ");
  return /^[.']/.test(escaped) ? `\\&${escaped}` : escaped;
}

const quoted = (words: string): string => `"${text(words).replaceAll('"', "\\(dq")}"`;
