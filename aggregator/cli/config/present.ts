/** What an aggregator has, in the form in which a configuration file says it. */
import type { ApiClient } from "../../../shared/api/client.ts";
import type { ApiPage } from "../../../shared/api/common.ts";
import { QuorateError } from "../../../shared/errors.ts";
import { LIMITS } from "../../../shared/limits.ts";
import { OWNER_LABEL } from "./sections.ts";
import type { ConfigItem } from "./sections.ts";

/** Something that an aggregator has; `spec` is without the mark of its owner. */
export interface PresentItem extends ConfigItem {
  /** What it is addressed by: its id, and nothing for the tree of routes. */
  id: string;
  revision: number;
  /** The configuration that keeps it; null: it was made by hand. */
  owner: string | null;
  /** True: its time is over, and nothing of it comes again. */
  isOver: boolean;
}

type Spec = Record<string, unknown>;

/** Fetches everything that a configuration can say, in the order of its sections. */
export async function fetchPresent(client: ApiClient): Promise<PresentItem[]> {
  const channels = await all((query) => client.channels.list(query));
  const probes = await all((query) => client.probes.list(query));
  const targets = await all((query) => client.targets.list(query));
  const maintenance = await all((query) => client.maintenance.list(query));
  const silences = await all((query) => client.silences.list(query));
  return [
    ...channels.map(({ id, revision, owner = null, ...rest }): PresentItem => {
      const { createdAt: _made, updatedAt: _changed, destination: _where, ...spec } = rest;
      return { noun: "channel", name: spec.name, id, revision, owner, isOver: false, spec };
    }),
    ...probes.map(({ id, revision, name, region, zone, labels }): PresentItem => {
      const mark = unmarked({ name, region, zone, labels });
      return { noun: "probe", name, id, revision, isOver: false, ...mark };
    }),
    ...targets.map(({ id, revision, ...rest }): PresentItem => {
      const {
        createdAt: _made,
        updatedAt: _changed,
        warnings: _told,
        verdict: _is,
        ...spec
      } = rest;
      return { noun: "target", name: spec.name, id, revision, isOver: false, ...unmarked(spec) };
    }),
    ...(await presentRoutes(client)),
    ...maintenance.map(({ id, revision, owner = null, endedAt, windows, ...rest }): PresentItem => {
      const { createdAt: _made, updatedAt: _changed, ...spec } = rest;
      const isOver = endedAt !== null || windows.length === 0;
      return { noun: "maintenance", name: spec.name, id, revision, owner, isOver, spec };
    }),
    ...silences.map(({ id, revision, state, author: by, ...rest }): PresentItem => {
      const { matchers, startsAt, endsAt, comment } = rest;
      const { owner, author } = readAuthor(by);
      const said = author === null ? {} : { author };
      const spec = { matchers, startsAt, endsAt, ...said, comment };
      return {
        noun: "silence",
        name: comment,
        id,
        revision,
        owner,
        isOver: state === "over",
        spec,
      };
    }),
    ...(await presentPages(client)),
  ];
}

async function presentPages(client: ApiClient): Promise<PresentItem[]> {
  const pages = await all((query) => client.statusPages.list(query));
  return pages.map(({ id, revision, owner = null, ...rest }): PresentItem => {
    const { createdAt: _made, updatedAt: _changed, path: _served, ...spec } = rest;
    return { noun: "status-page", name: spec.name, id, revision, owner, isOver: false, spec };
  });
}

async function presentRoutes(client: ApiClient): Promise<PresentItem[]> {
  try {
    const { root, revision } = await client.routes.get();
    const { owner = null, ...spec } = root;
    return [{ noun: "routes", name: "routes", id: "", revision, owner, isOver: false, spec }];
  } catch (error) {
    if (error instanceof QuorateError && error.code === "not_found") return [];
    throw error;
  }
}

async function all<Item>(
  list: (query: { limit: number; cursor?: string }) => Promise<ApiPage<Item>>,
): Promise<Item[]> {
  const items: Item[] = [];
  const limit = LIMITS.pageRowsMax;
  let page = await list({ limit });
  items.push(...page.items);
  while (page.next !== null) {
    page = await list({ limit, cursor: page.next });
    items.push(...page.items);
  }
  return items;
}

function unmarked(spec: Spec & { labels: Record<string, string> }) {
  const { [OWNER_LABEL]: owner = null, ...labels } = spec.labels;
  return { owner, spec: { ...spec, labels } };
}

/** Silences have no place for a mark but their author: `config/shop`, `ada (config/shop)`. */
const MARKED_AUTHOR = /^(?:(.+) \(config\/([A-Za-z0-9._-]+)\)|config\/([A-Za-z0-9._-]+))$/s;

function readAuthor(text: string): { owner: string | null; author: string | null } {
  const found = MARKED_AUTHOR.exec(text);
  if (found === null) return { owner: null, author: text };
  return { owner: found[2] ?? found[3] ?? null, author: found[1] ?? null };
}

/** The item as it is sent: with the mark of its owner. */
export function markedSpec({ noun, spec }: ConfigItem, owner: string): Spec {
  if (noun === "silence") {
    const { author } = spec;
    const mark = `config/${owner}`;
    return { ...spec, author: typeof author === "string" ? `${author} (${mark})` : mark };
  }
  if (noun !== "target" && noun !== "probe") return { ...spec, owner };
  return { ...spec, labels: { ...labelsOf(spec), [OWNER_LABEL]: owner } };
}

function labelsOf({ labels }: Readonly<Spec>): object {
  return typeof labels === "object" && labels !== null ? labels : {};
}
