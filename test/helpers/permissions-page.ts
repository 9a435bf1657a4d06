/** Who may call what, found out by calling every operation of the document as everybody. */
import { z } from "zod";
import type { TokenScope } from "../../aggregator/ports.ts";
import { withHttpRoom } from "./http-room.ts";
import type { HttpRoom } from "./http-room.ts";

/** Where the page stands. */
export const PERMISSIONS_PAGE = "aggregator/http/PERMISSIONS.md";

/** Who calls: a name of the column, and how it comes by its secret. */
interface Column {
  title: string;
  scope: TokenScope | null;
  labels?: Record<string, string>;
}

const BOUND = { team: "pay" };

const COLUMNS: readonly Column[] = [
  { title: "nobody", scope: null },
  { title: "probe", scope: "probe" },
  { title: "calls", scope: "calls" },
  { title: "calls, bound", scope: "calls", labels: BOUND },
  { title: "read", scope: "read" },
  { title: "read, bound", scope: "read", labels: BOUND },
  { title: "write", scope: "write" },
  { title: "write, bound", scope: "write", labels: BOUND },
  { title: "admin", scope: "admin" },
];

const documentSchema = z.looseObject({
  paths: z.record(z.string(), z.record(z.string(), z.looseObject({}))),
});

/** Every operation of the document, such as "GET /api/v1/targets/{id}", in its order. */
export async function operationsOf(room: HttpRoom): Promise<string[]> {
  const { body } = await room.expect(200, "GET /openapi.json", { token: null });
  const { paths } = documentSchema.parse(body);
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
  );
}

/** Whether an operation lets a caller in, whatever it then says of an empty request. */
async function isLetIn(room: HttpRoom, operation: string, secret: string | null): Promise<boolean> {
  const [method = "", path = ""] = operation.split(" ");
  const headers = new Headers({ "content-type": "application/json" });
  if (secret !== null) headers.set("authorization", `Bearer ${secret}`);
  const body = method === "GET" ? {} : { body: "{}" };
  const url = path.replace("{file}", "nothing.svg").replaceAll(/\{\w+\}/g, "nothing");
  const response = await room.app.request(url, { method, headers, ...body });
  await response.body?.cancel();
  return response.status !== 401 && response.status !== 403;
}

const HEAD = `# Who may call what

<!-- Made by \`npm run generate\` from the answers of every operation; do not edit. -->

A token has a scope: \`admin\` does all, \`write\` implies \`read\`, \`calls\` reports business
calls, and \`probe\` is for the gRPC port alone. A bound token carries labels, and the world it sees
has only targets with all of them: their verdicts, incidents, events, results, notifications and
badges. It can neither take a target out of its labels nor make one outside them. What is about more
than single targets refuses it. A browser session may do what the token, or the role, may that it
was opened with.
`;

/** The table as rows of cells, its head first. */
export async function permissionTable(): Promise<string[][]> {
  const rows = [["operation", ...COLUMNS.map(({ title }) => title)]];
  await withHttpRoom(async (room) => {
    const secrets = await Promise.all(COLUMNS.map((column) => room.secret(column)));
    for (const operation of await operationsOf(room)) {
      const cells = [];
      for (const secret of secrets) {
        cells.push((await isLetIn(room, operation, secret)) ? "yes" : "");
      }
      rows.push([`\`${operation}\``, ...cells]);
    }
  });
  return rows;
}

/** The whole page, before the formatter has seen it. */
export async function permissionsPage(): Promise<string> {
  const [head = [], ...rows] = await permissionTable();
  const lines = [head, head.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`);
  return `${HEAD}\n${lines.join("\n")}\n`;
}

/** The table of a page, as rows of cells. */
export function tableOfPage(page: string): string[][] {
  return page
    .split("\n")
    .filter((line) => line.startsWith("|") && !/^\|[\s|:-]+\|$/.test(line))
    .map((line) => line.slice(1, -1).split("|"))
    .map((cells) => cells.map((cell) => cell.trim()));
}
