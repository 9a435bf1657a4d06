/** A configuration in memory beside an aggregator's real API, registry and store. */
import { applyChanges } from "../../aggregator/cli/config/apply.ts";
import type { Applied } from "../../aggregator/cli/config/apply.ts";
import { exportConfig } from "../../aggregator/cli/config/export.ts";
import { loadConfig } from "../../aggregator/cli/config/load.ts";
import { formatProblem } from "../../aggregator/cli/config/node.ts";
import { planChanges } from "../../aggregator/cli/config/plan.ts";
import { fetchPresent } from "../../aggregator/cli/config/present.ts";
import { createApiClient } from "../../shared/api/client.ts";
import type { ApiClient } from "../../shared/api/client.ts";
import { configKinds } from "./config-kinds.ts";
import { openHttpRoom } from "./http-room.ts";
import type { HttpRoom } from "./http-room.ts";

/** The room. */
export interface ConfigRoom {
  http: HttpRoom;
  client: ApiClient;
  /** Tokens of the probes that were made, by name. */
  tokens: Map<string, string>;
  /** Applies a file; variables that are not given are `secret of NAME`. */
  apply(text: string, options?: ApplyOptions): Promise<Applied[]>;
  /** The same, each step that is no keep as `action noun name`. */
  steps(text: string, options?: ApplyOptions): Promise<string[]>;
  /** What `quorate export` prints. */
  export(): Promise<string>;
}

interface ApplyOptions {
  adopt?: boolean;
  variables?: Record<string, string>;
}

/** Long enough, and of the form, for any kind of channel. */
const SECRET = `whsec_${Buffer.from("0123456789012345678901234567890").toString("base64")}`;

/** Opens a room with an empty aggregator for one test, and closes it. */
export async function withConfigRoom(use: (room: ConfigRoom) => Promise<void>): Promise<void> {
  const http = openHttpRoom();
  try {
    await use(await roomOf(http));
  } finally {
    await http.close();
  }
}

async function roomOf(http: HttpRoom): Promise<ConfigRoom> {
  const token = await http.token("admin");
  const client = createApiClient({
    url: "http://quorate.test",
    token,
    fetch: async (url, init) => http.app.request(url, init),
  });
  const tokens = new Map<string, string>();
  const apply: ConfigRoom["apply"] = async (text, { adopt = false, variables = {} } = {}) => {
    const config = configOf(text, variables);
    const plan = planChanges(config, await fetchPresent(client), {
      nowMs: http.engine.nowMs(),
      adopt,
    });
    const keepToken = (probe: string, secret: string): void => void tokens.set(probe, secret);
    return applyChanges(plan, { client, keepToken });
  };
  return {
    http,
    client,
    tokens,
    apply,
    steps: async (text, options) => {
      const applied = await apply(text, options);
      return applied.flatMap(({ action, change: { noun, name }, error }) => {
        if (action === "keep" && error === null) return [];
        return [`${error === null ? action : "failed"} ${noun} ${name}`];
      });
    },
    export: async () => exportConfig(await fetchPresent(client), "main").text,
  };
}

function configOf(text: string, variables: Record<string, string>) {
  const sources = {
    readText: () => text,
    list: () => [],
    variable: (name: string) => variables[name] ?? SECRET,
  };
  const { config, problems } = loadConfig("quorate.yaml", { sources, kinds: configKinds() });
  if (config === null) throw new Error(problems.map(formatProblem).join("\n"));
  return config;
}
