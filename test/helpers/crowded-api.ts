/** The API of an aggregator with many targets that change often; the page is the real one. */
import { createServer } from "node:http";
import type { ServerResponse } from "node:http";
import { getRequestListener } from "@hono/node-server";
import { openDashboard } from "../../aggregator/web/serve.ts";
import { isoTime } from "../../shared/clock.ts";
import type { Clock, Timer } from "../../shared/clock.ts";
import { portOf } from "./target-server.ts";

/** A running stand-in. */
export interface CrowdedApi {
  url: string;
  /** Begins to tell of so many transitions a second, spread over all targets. */
  storm(perSecond: number): void;
  /** Ends it; gives how many targets are down now. */
  calm(): number;
  close(): Promise<void>;
}

const PAGE_ROWS = 1_000;
const TICK_MS = 20;

const nameOf = (index: number): string => `target-${String(index).padStart(5, "0")}`;

function verdictOf(index: number, isDown: boolean, atMs: number) {
  return {
    targetId: `tgt_${index}`,
    target: nameOf(index),
    labels: { team: `team-${index % 20}`, env: index % 3 === 0 ? "staging" : "prod" },
    state: isDown ? "down" : "up",
    since: isoTime(atMs),
    lean: null,
    incidentId: null,
    transition: 1,
  };
}

function glanceOf(targetId: string) {
  const looks = Array.from({ length: 60 }, (_, at) => {
    return { at: isoTime(at * 1_000), state: "up", class: "ok", latencyUs: 900 + at * 7 };
  });
  const vantages = ["a", "b", "c"].map((name) => {
    const probe = { probeId: `prb_${name}`, probe: `rack-${name}`, region: "east" };
    return { ...probe, vote: "ok", probeState: "eligible", reason: "ok" };
  });
  const place = { kind: "http", address: "http://10.0.0.7/", enabled: true, maintenance: null };
  return { targetId, ...place, vantages, looks, availability: 1 };
}

/** What the page asks, as far as it does not stream. */
function answerOf(url: URL, count: number, down: ReadonlySet<number>): unknown {
  const { pathname, searchParams } = url;
  if (pathname === "/api/v1/session") {
    return { who: "crowd", scope: "read", expiresAt: null };
  }
  if (pathname === "/api/v1/glances") {
    return { items: searchParams.getAll("target").map(glanceOf), next: null };
  }
  if (pathname !== "/api/v1/verdicts") return { items: [], next: null };
  const from = Number(searchParams.get("cursor") ?? 0);
  const to = Math.min(count, from + Number(searchParams.get("limit") ?? PAGE_ROWS));
  const items = Array.from({ length: to - from }, (_, at) =>
    verdictOf(from + at, down.has(from + at), 0),
  );
  return { items, next: to < count ? String(to) : null };
}

/** A transition as the stream tells it. */
function eventText(number: number, verdict: ReturnType<typeof verdictOf>): string {
  const { target: name, labels, targetId: id, since, state } = verdict;
  const target = { id, name, kind: "http", labels };
  const data = { sentence: `${name}: ${state}.`, target, since, to: state };
  const event = { id: `evt_${number}`, type: `target.${state}`, timestamp: since, data };
  return `id: ${number}\nevent: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`;
}

/** Starts one with so many targets, all of them up. */
export async function startCrowdedApi(count: number, clock: Clock): Promise<CrowdedApi> {
  const dashboard = openDashboard();
  const down = new Set<number>();
  const readers = new Set<ServerResponse>();
  let number = 0;
  let timer: Timer | null = null;

  const tell = (index: number): void => {
    number += 1;
    if (!down.delete(index)) down.add(index);
    const text = eventText(number, verdictOf(index, down.has(index), clock.wallMs()));
    for (const reader of readers) reader.write(text);
  };

  const pages = getRequestListener(async (request) => {
    const page = await dashboard(request);
    if (page !== null) return page;
    return Response.json(answerOf(new URL(request.url), count, down));
  });
  const server = createServer((request, response) => {
    if (request.url !== "/api/v1/events") return void pages(request, response);
    response.writeHead(200, { "content-type": "text/event-stream" });
    response.write(": events\n\n");
    readers.add(response);
    response.on("close", () => readers.delete(response));
  });
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  const close = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return {
    url: `http://127.0.0.1:${portOf(server)}`,
    storm(perSecond) {
      const begunMs = clock.monoMs();
      let told = 0;
      timer = clock.every(TICK_MS, () => {
        const due = ((clock.monoMs() - begunMs) * perSecond) / 1_000;
        // A stride that shares no factor with the count reaches every target.
        for (; told < due; told += 1) tell((told * 7_919) % count);
      });
    },
    calm() {
      timer?.cancel();
      return down.size;
    },
    async close() {
      timer?.cancel();
      await close();
    },
  };
}
