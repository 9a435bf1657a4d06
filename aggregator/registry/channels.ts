/** Channels at the door: validated by their notifier kind, named, with a revision. */
import { channelSpecSchema } from "../../shared/channel.ts";
import type { Channel, ChannelSpec } from "../../shared/channel.ts";
import type { Clock } from "../../shared/clock.ts";
import { LIMITS } from "../../shared/limits.ts";
import { newId } from "../../shared/random.ts";
import type { Random } from "../../shared/random.ts";
import type { PreparedNotifier, Store } from "../ports.ts";
import { parseInput } from "./input.ts";
import { canonicalJson, mergePatch } from "./json.ts";
import { checkGuard, checkNewName, checkSameName, createTurns } from "./writes.ts";
import { looksLikeId, namedInput, notFound, tooMany } from "./writes.ts";
import type { OptionKinds, WriteGuard } from "./writes.ts";

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
export interface ChannelService {
  /** The channel of that id or name; throws not_found. */
  get(idOrName: string): Promise<Channel>;
  list(): Promise<Channel[]>;
  /** Throws conflict when the name is taken. */
  create(input: unknown, guard?: WriteGuard): Promise<Channel>;
  /** Creates the channel of this name or replaces it; without a change the revision stays. */
  put(
    idOrName: string,
    input: unknown,
    guard?: WriteGuard,
  ): Promise<{ channel: Channel; created: boolean }>;
  /** Applies a JSON merge patch (RFC 7396). */
  patch(idOrName: string, patch: unknown, guard?: WriteGuard): Promise<Channel>;
  delete(idOrName: string, guard?: WriteGuard): Promise<void>;
}

/** Creates the service. */
export function createChannelService(deps: ChannelServiceDeps): ChannelService {
  const { channels } = deps.store;
  const turns = createTurns();
  const writer = createChannelWriter(deps);
  const get = async (idOrName: string): Promise<Channel> => {
    const channel = await channels.get(idOrName);
    if (channel === null) throw notFound("channel", idOrName);
    return channel;
  };
  return {
    get,
    list: () => channels.all(),
    create: (input, guard = {}) => turns(() => writer.add(input, guard)),
    put: (idOrName, input, guard = {}) =>
      turns(async () => {
        const found = await channels.get(idOrName);
        checkGuard(guard, "Channel", found);
        if (found !== null) {
          const named = namedInput(input, found.spec.name);
          return { channel: await writer.change(found, named, guard), created: false };
        }
        if (looksLikeId(idOrName, "chn")) throw notFound("channel", idOrName);
        return { channel: await writer.add(namedInput(input, idOrName), guard), created: true };
      }),
    patch: (idOrName, patch, guard = {}) =>
      turns(async () => {
        const found = await get(idOrName);
        checkGuard(guard, "Channel", found);
        const merged = mergePatch(found.spec, patch);
        if (typeof merged === "object" && merged !== null && "name" in merged) {
          checkSameName(merged.name, found.spec.name);
        }
        return writer.change(found, merged, guard);
      }),
    delete: (idOrName, guard = {}) =>
      turns(async () => {
        const found = await get(idOrName);
        checkGuard(guard, "Channel", found);
        if (guard.dryRun === true) return;
        await channels.delete(found.id);
        deps.changed();
      }),
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
  };
}
