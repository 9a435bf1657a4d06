/** The docs page of the kinds of check, from what the kinds say of themselves. */
import { REASONS } from "../../shared/reason.ts";
import { ADDRESS_FORMS } from "../../shared/target-address.ts";
import { describeKind } from "../../probe/checks/describe.ts";
import type { KindDescription, OptionDescription } from "../../probe/checks/describe.ts";
import { CHECK_KINDS } from "../../probe/checks/index.ts";

/** Where the page stands. */
export const KINDS_PAGE = "probe/checks/KINDS.md";

const HEAD = `# Kinds of check

<!-- Made by \`npm run generate\` from the schemas of the kinds; do not edit. -->

A target has a \`kind\` and \`options\`. Options are validated when the target is written, and
again by the probe that looks; an option that does not exist is refused.

Each look opens a new connection unless an option says otherwise, looks at one address, records
how long each phase took, and ends within the target's \`timeoutMs\`.

**Secrets.** Options marked _secret_ are never shown again: the API shows \`***\`, and a write of
\`***\` keeps what is stored. Better, write \`\${secret:name}\` in any text of any option: it is
filled in by the probe, from the file of \`quorate probe --secrets FILE\` (YAML: one object of names
and texts) or from its environment (\`QUORATE_SECRET_NAME\`), and never leaves it. A probe that
lacks the secret abstains, and says so.

**In one line.** \`quorate targets create shop tls://shop.example.com?chainDaysMin=14\` and
\`QUORATE_TARGETS\` take an address instead of kind and options; what stands behind \`?\` are more
options, but for URLs:

${ADDRESS_FORMS.map((form) => `- \`${form}\``).join("\n")}
`;

/** The whole page, before the formatter has seen it. */
export function kindsPage(): string {
  const kinds = CHECK_KINDS.map(describeKind);
  const contents = kinds.map(({ kind, summary }) => `- [${kind}](#${kind}): ${summary}`);
  return [HEAD, contents.join("\n"), ...kinds.map(sectionOf), reasons()].join("\n\n") + "\n";
}

function sectionOf(described: KindDescription): string {
  const { kind, summary, options, examples, notes } = described;
  const shown = examples.map(({ title, options: values }) => {
    const json = JSON.stringify({ kind, options: values }, null, 2);
    return `**${title}**\n\n\`\`\`json\n${json}\n\`\`\``;
  });
  const parts = [`## ${kind}`, summary, tableOf(options), ...shown, notes];
  return parts.filter((part) => part !== "").join("\n\n");
}

function tableOf(options: readonly OptionDescription[]): string {
  const rows = options.map((option) => {
    const secret = option.secret ? " _secret_" : "";
    const standard = option.required ? "required" : code(option.default);
    const cells = [`\`${option.path}\`${secret}`, option.type, standard, option.description];
    return `| ${cells.map(cell).join(" | ")} |`;
  });
  return ["| option | type | default | what it does |", "|---|---|---|---|", ...rows].join("\n");
}

const code = (json: string | null): string => (json === null ? "" : `\`${json}\``);

const cell = (text: string): string => text.replaceAll("|", "\\|").replaceAll("\n", " ");

function reasons(): string {
  const rows = Object.entries(REASONS).map(([reason, row]) => {
    return `| \`${reason}\` | \`${row.class}\` | ${row.source ?? ""} | ${row.phrase} |`;
  });
  const lead =
    "What a look can end with. `ok` passed; `sub` connected, but failed; `dead` could not " +
    "connect; `dns` the name did not resolve; `void` says nothing about the target.";
  const head = ["| reason | class | whose fault | in words |", "|---|---|---|---|"];
  return ["## Reasons", lead, [...head, ...rows].join("\n")].join("\n\n");
}
