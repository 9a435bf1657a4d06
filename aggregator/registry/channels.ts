/** Channels at the door: validated by their notifier kind, named, with a revision. */
import { channelSpecSchema } from "../../shared/channel.ts";
import type { Channel, ChannelSpec } from "../../shared/channel.ts";
import type { Clock } from "../../shared/clock.ts";
import { LIMITS } from "../../shared/limits.ts";
import { newId } from "../../shared/random.ts";
import type { Random } from "../../shared/random.ts";
import type { PreparedNotifier, Store } from "../ports.ts";
import { parseInput } from "./input.ts";
import { canonicalJson } from "./json.ts";
import { checkNewName, createNamedWrites, createTurns, tooMany } from "./writes.ts";
import type { NamedWrites, OptionKinds, WriteGuard } from "./writes.ts";

/** What the service works with. */
export interface ChannelServiceDeps {
  store: Pick<Store, "channels">;
  notifiers: OptionKinds<Pick<PreparedNotifier, "destination">>;
  /** Told after every change of a channel, so that what waits for it is looked at again. */
  changed: () => void;
  clock: Clock;
  random: Random;
}

/** Channels, as the API and the configuration write them. */
export interface ChannelService extends NamedWrites<Channel> {
  list(): Promise<Channel[]>;
}

/** Creates the service. */
export function createChannelService(deps: ChannelServiceDeps): ChannelService {
  const { channels } = deps.store;
  const find = (idOrName: string) => channels.get(idOrName);
  const parts = { noun: "channel", prefix: "chn", turns: createTurns(), find };
  return {
    ...createNamedWrites({ ...parts, ...createChannelWriter(deps) }),
    list: () => channels.all(),
  };
}

/** Writes that trust their caller to have looked: one at a time. */
function createChannelWriter({ store, notifiers, changed, clock, random }: ChannelServiceDeps) {
  const { channels } = store;

  function validSpec(input: unknown, before: ChannelSpec | null): ChannelSpec {
    const spec = parseInput(channelSpecSchema, input);
    const stored = before !== null && before.kind === spec.kind ? before.options : {};
    const options = notifiers.merge(spec.kind, spec.options, stored);
    notifiers.prepare(spec.kind, options);
    return { ...spec, options };
  }

  return {
    async add(input: unknown, { dryRun }: WriteGuard): Promise<Channel> {
      const spec = validSpec(input, null);
      const find = (taken: string) => channels.get(taken);
      await checkNewName({ noun: "channel", name: spec.name, prefix: "chn", find });
      const count = (await channels.all()).length;
      if (count >= LIMITS.channelsMax) throw tooMany("channels", LIMITS.channelsMax);
      const atMs = clock.wallMs();
      const times = { createdAtMs: atMs, updatedAtMs: atMs };
      const channel = { id: newId(random, "chn"), revision: 1, ...times, spec };
      if (dryRun === true) return channel;
      await channels.put(channel, null);
      changed();
      return channel;
    },
    async change(found: Channel, input: unknown, { dryRun }: WriteGuard): Promise<Channel> {
      const spec = validSpec(input, found.spec);
      if (canonicalJson(spec) === canonicalJson(found.spec)) return found;
      const revision = found.revision + 1;
      const channel = { ...found, revision, updatedAtMs: clock.wallMs(), spec };
      if (dryRun === true) return channel;
      await channels.put(channel, found.revision);
      changed();
      return channel;
    },
    async remove({ id }: Channel, { dryRun }: WriteGuard): Promise<void> {
      if (dryRun === true) return;
      await channels.delete(id);
      changed();
    },
  };
}
