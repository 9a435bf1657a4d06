/** `quorate aggregator --config FILE`: the file is kept by the program itself. */
import { join } from "node:path";
import { createApiClient } from "../../shared/api/client.ts";
import type { Clock } from "../../shared/clock.ts";
import type { Log } from "../../shared/log.ts";
import type { ConfigKinds } from "./config/check.ts";
import { startConfigKeeper } from "./config/keeper.ts";
import { stampOf, systemSources } from "./config/sources.ts";
import { writeSecretFile } from "./files.ts";

/** The door of an aggregator that runs in this process. */
export interface AggregatorDoor {
  /** Answers a request of the API. */
  ask: (url: string, init: RequestInit) => Promise<Response>;
  /** Runs `use` with a token that is valid no longer than it runs. */
  withToken: (use: (secret: string) => Promise<void>) => Promise<void>;
  /** Folder of everything durable. */
  data: string;
  clock: Clock;
  log: Log;
}

/** What the file is kept with. */
export interface ConfigureDeps {
  file: string;
  kinds: () => Promise<ConfigKinds>;
  /** Calls back whenever the process is asked to load the file again; gives what ends that. */
  onReload: (reload: () => void) => () => void;
}

/** Gives what an aggregator calls once it is ready; resolves with what stops it. */
export function configureFrom({ file, kinds, onReload }: ConfigureDeps) {
  return async (door: AggregatorDoor): Promise<() => Promise<void>> => {
    const { ask, withToken, data, clock, log } = door;
    const keeper = startConfigKeeper({
      file,
      sources: systemSources,
      stampOf,
      kinds: await kinds(),
      withClient: (use) =>
        withToken((token) => use(createApiClient({ url: "http://in-process", token, fetch: ask }))),
      keepToken: (probe, token) => {
        const path = join(data, "probe-tokens", `${probe}.token`);
        writeSecretFile(path, token);
        log.info({ probe, path }, "A probe of the configuration was made; its token is kept.");
      },
      clock,
      log,
    });
    const end = onReload(() => void keeper.reload("SIGHUP"));
    return async () => {
      end();
      await keeper.stop();
    };
  };
}
