/** What `quorate mesh` says once it runs: where everything is, and what to try. */
import { join } from "node:path";
import { DEFAULT_URL } from "../../shared/config.ts";
import { VERSION } from "../../shared/version.ts";
import { quoted } from "./command-name.ts";
import type { Printer } from "./printer.ts";

/** A process of the mesh and where it can be reached. */
export interface MeshPart {
  name: string;
  pid: number;
  /** Where it listens, or what it is. */
  place: string;
}

/** What the header tells. */
export interface HeaderOptions {
  url: string;
  grpcAddress: string;
  data: string;
  parts: readonly MeshPart[];
  /** How this program is called on a command line, such as `npx quorate`. */
  command: string;
  /** Address that signs a browser in; null: a person signs in with the token. */
  signInUrl: string | null;
}

/** Data directory that the client verbs look into by themselves. */
const DEFAULT_DATA = "./.quorate";

/** The lines of the header. */
export function meshHeader(
  options: HeaderOptions,
  printer: Pick<Printer, "layOut" | "paint">,
): string[] {
  const { url, grpcAddress, data, parts, command, signInUrl } = options;
  const { bold, dim, cyan } = printer.paint;
  const pidOf = (name: string): number => parts.find((part) => part.name === name)?.pid ?? 0;
  const tokenFile = join(data, "admin.token");
  const columns = [
    { header: "PROCESS" },
    { header: "PID", align: "right" as const },
    { header: "WHERE", widthMax: 200 },
  ];
  const settings = [
    ...(url === DEFAULT_URL ? [] : [`export QUORATE_URL=${url}`]),
    ...(join(data) === join(DEFAULT_DATA)
      ? []
      : [`export QUORATE_TOKEN=$(cat ${quoted(tokenFile)})`]),
  ];
  return [
    `${bold(`Quorate mesh ${VERSION}`)}  ${dim("Ctrl-C ends all of it")}`,
    "",
    `web    ${cyan(signInUrl ?? url)}`,
    `       ${dim(signInUrl === null ? "sign in with the token" : "signs you in, for a day")}`,
    `API    ${cyan(url)}`,
    `gRPC   ${grpcAddress}`,
    `token  ${tokenFile}`,
    `logs   ${join(data, "mesh", "logs")}`,
    "",
    ...printer.layOut(
      columns,
      parts.map(({ name, pid, place }) => [name, String(pid), place]),
    ),
    "",
    bold("Try, in another terminal, in this folder:"),
    ...settings.map((line) => `  ${line}`),
    `  ${command} verdicts explain duke`,
    `  ${command} events --follow`,
    `  ${command} incidents list`,
    `  kill -9 ${pidOf("rack-b")}   ${dim("# a probe dies: nothing but probe.offline")}`,
    `  kill ${pidOf("steady")}   ${dim("# a target dies: every vantage sees it, so it is down")}`,
  ];
}
