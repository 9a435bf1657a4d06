/**
 * A small net of this machine: hosts in network namespaces of their own, each on a cable to one
 * router, and faults between any two of them. The test itself stands in the machine's own
 * namespace, at `home`. Everything is removed afterwards, also when the test dies; what a killed
 * one left behind is removed when the next lab opens.
 */
import { spawnSync } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { pathOf } from "./needs.ts";
import { isAlive } from "./program.ts";

/** How packets between two places fare: lost without a word, or sent back with a word. */
export type Block = "blackhole" | "unreachable" | "prohibit";

/** A host of the lab. */
export interface LabHost {
  name: string;
  address: string;
  /** Words before a command that run it on this host. */
  through: readonly string[];
  /** Further addresses that lead to it. */
  addAddress(): string;
  /** Pulls its cable, without a word to anybody, and puts it back. */
  cut(): void;
  mend(): void;
}

/** One direction of traffic; each end an address, or a region's prefix. */
export interface Way {
  from: string;
  to: string;
}

/** A net. */
export interface NetLab {
  /** Address of this process in the lab. */
  home: string;
  /** A further address of this process. */
  addHome(): string;
  /** Connects a host; `resolver` is the name server of its /etc/resolv.conf. */
  addHost(name: string, region: string, resolver?: string): LabHost;
  /** The addresses of a region, as one end of a way. */
  prefix(region: string): string;
  /** Breaks one direction; earlier passes take precedence. Gives the undo. */
  block(way: Way, how?: Block): () => void;
  /** Lets one direction through whatever is blocked. Gives the undo. */
  pass(way: Way): () => void;
  /** Leads traffic to this process instead of its destination. Gives the undo. */
  divert(way: Way): () => void;
  close(): void;
}

/** Namespaces are named after the process that made them, so that a lost one is recognized. */
const NAME = /^quorate-(\d+)-\S+/gm;
/** 198.18.0.0/15 is set aside for tests of networks (RFC 2544): no real host is there. */
const NET = "198.18";
/** Each region has 16 addresses of the lab's 256; the first region is home. */
const REGION_ADDRESSES = 16;
const ROUTER_HOST = 14;
/** A routing table of the router that leads home; any number below 253 that nobody uses. */
const HOME_TABLE = 77;

interface Lab {
  prefix: string;
  router: string;
  regions: string[];
  /** Hosts so far, by region. */
  counts: Map<string, number>;
  namespaces: string[];
  cables: number;
}

/** Opens an empty net. */
export function openNetLab(): NetLab {
  removeLost();
  const router = `quorate-${process.pid}-router`;
  const lab: Lab = {
    prefix: "",
    router,
    regions: [HOME],
    counts: new Map(),
    namespaces: [router],
    cables: 0,
  };
  const close = (): void => {
    process.off("exit", close);
    removeAll(lab.namespaces);
  };
  process.on("exit", close);
  addNamespace(router);
  const net = connectHome(lab);
  const home = nextAddress(lab, HOME);
  const via = `via ${net.prefix}.${ROUTER_HOST} dev ${net.dev} onlink src ${home}`;
  ip([`addr add ${home}/32 dev ${net.dev}`, `route add ${net.prefix}.0/24 ${via}`]);
  return { home, ...deedsOf(lab, net.dev), close };
}

const HOME = "home";

/** The cable between this process and the router, on the first of 256 nets that is free. */
function connectHome(lab: Lab): { dev: string; prefix: string } {
  const { router } = lab;
  const dev = `qlab${process.pid}`.slice(0, 15);
  const taken = run("ip", ["route", "show", "root", `${NET}.0.0/16`]);
  for (let number = 0; number < 256; number += 1) {
    const prefix = `${NET}.${number}`;
    if (taken.includes(`${prefix}.0/24`)) continue;
    lab.prefix = prefix;
    const routerAddress = `${prefix}.${ROUTER_HOST}`;
    ip([`link add ${dev} type veth peer name home netns ${router}`, `link set ${dev} up`]);
    ip(
      [
        "link set lo up",
        `addr add ${routerAddress}/32 dev lo`,
        "link set home up",
        `route add ${prefix}.0/28 dev home`,
        `route add default dev home table ${HOME_TABLE}`,
      ],
      router,
    );
    return { dev, prefix };
  }
  throw new Error(`No net of ${NET}.0.0/16 is free: 256 labs are open, or lost.`);
}

function deedsOf(lab: Lab, homeDev: string): Omit<NetLab, "home" | "close"> {
  const rule = (number: number, { from, to }: Way, action: string) => {
    const words = `pref ${number} from ${from} to ${to} ${action}`;
    ip([`rule add ${words}`], lab.router);
    return () => ip([`rule del ${words}`], lab.router);
  };
  return {
    addHome() {
      const address = nextAddress(lab, HOME);
      ip([`addr add ${address}/32 dev ${homeDev}`]);
      return address;
    },
    addHost: (name, region, resolver) => addHost(lab, { name, region, resolver }),
    prefix: (region) => `${lab.prefix}.${regionBase(lab, region)}/28`,
    pass: (way) => rule(100, way, "lookup main"),
    divert(way) {
      // This process answers in the place of the destination.
      ip([`addr add ${way.to}/32 dev ${homeDev}`]);
      const undo = rule(200, way, `lookup ${HOME_TABLE}`);
      return () => {
        undo();
        ip([`addr del ${way.to}/32 dev ${homeDev}`]);
      };
    },
    block: (way, how = "blackhole") => rule(300, way, how),
  };
}

interface NewHost {
  name: string;
  region: string;
  resolver: string | undefined;
}

function addHost(lab: Lab, { name, region, resolver }: NewHost): LabHost {
  const { router } = lab;
  const routerAddress = `${lab.prefix}.${ROUTER_HOST}`;
  const namespace = `quorate-${process.pid}-${name}`;
  const cable = `cable${(lab.cables += 1)}`;
  const addresses: string[] = [];
  lab.namespaces.push(namespace);
  if (resolver !== undefined) {
    // `ip netns exec` lays this file over /etc/resolv.conf.
    mkdirSync(`/etc/netns/${namespace}`, { recursive: true });
    const text = `nameserver ${resolver}\noptions timeout:1 attempts:1\n`;
    writeFileSync(`/etc/netns/${namespace}/resolv.conf`, text);
  }
  addNamespace(namespace);
  ip([`link add ${cable} type veth peer name eth0 netns ${namespace}`], router);
  const routes = (): void => {
    const lines = addresses.map((address) => `route replace ${address}/32 dev ${cable}`);
    ip([`link set ${cable} up`, ...lines], router);
  };
  const addAddress = (): string => {
    const address = nextAddress(lab, region);
    addresses.push(address);
    ip([`addr add ${address}/32 dev eth0`], namespace);
    routes();
    return address;
  };
  ip(["link set lo up", "link set eth0 up"], namespace);
  const address = addAddress();
  const toRouter = `route add ${routerAddress} dev eth0`;
  ip([toRouter, `route add default via ${routerAddress} dev eth0 src ${address}`], namespace);
  return {
    name,
    address,
    through: [pathOf("ip"), "netns", "exec", namespace],
    addAddress,
    // At the router's end: the host notices nothing but silence. Its routes go with the link.
    cut: () => ip([`link set ${cable} down`], router),
    mend: routes,
  };
}

function regionBase(lab: Lab, region: string): number {
  if (!lab.regions.includes(region)) lab.regions.push(region);
  return lab.regions.indexOf(region) * REGION_ADDRESSES;
}

function nextAddress(lab: Lab, region: string): string {
  const count = (lab.counts.get(region) ?? 0) + 1;
  if (count >= ROUTER_HOST) throw new Error(`The lab's region ${region} is full.`);
  lab.counts.set(region, count);
  return `${lab.prefix}.${regionBase(lab, region) + count}`;
}

function addNamespace(name: string): void {
  run("ip", ["netns", "add", name]);
  // A path that is not the same in both directions is what some faults are made of.
  const files = { ip_forward: 1, "conf/all/rp_filter": 0, "conf/default/rp_filter": 0 };
  const lines = Object.entries(files).map(([file, value]) => {
    return `echo ${value} > /proc/sys/net/ipv4/${file}`;
  });
  run("ip", ["netns", "exec", name, "sh", "-ec", lines.join("\n")]);
}

/** Runs lines of ip(8), in a namespace or in this process's own. */
function ip(lines: readonly string[], namespace?: string): void {
  const where = namespace === undefined ? [] : ["-n", namespace];
  run("ip", [...where, "-batch", "-"], `${lines.join("\n")}\n`);
}

function run(program: string, args: readonly string[], input = ""): string {
  const { status, stdout, stderr, error } = spawnSync(pathOf(program), args, {
    input,
    encoding: "utf8",
  });
  if (status === 0) return stdout;
  const said = error?.message ?? `${stderr}${stdout}`;
  throw new Error(`${program} ${args.join(" ")} failed: ${said}\n${input}`);
}

/** Removes labs of processes that are gone: a killed test cannot clean up after itself. */
function removeLost(): void {
  const names = [...run("ip", ["netns", "list"]).matchAll(NAME)];
  const lost = names.filter(([, pid]) => !isAlive(Number(pid)));
  removeAll(lost.map(([name]) => name));
}

/** Removes namespaces with everything in them: processes, cables, routes. */
function removeAll(namespaces: readonly string[]): void {
  const there = new Set([...run("ip", ["netns", "list"]).matchAll(NAME)].map(([name]) => name));
  for (const name of namespaces) {
    rmSync(`/etc/netns/${name}`, { recursive: true, force: true });
    if (!there.has(name)) continue;
    const pids = run("ip", ["netns", "pids", name]).split("\n").filter(Boolean);
    // A stopped process ends by no other signal, and would keep its namespace.
    for (const pid of pids) if (isAlive(Number(pid))) process.kill(Number(pid), "SIGKILL");
    // Cables go with the last namespace that holds an end of them.
    run("ip", ["netns", "del", name]);
  }
}
