/** What the doctor looks at on this machine: versions, files and who may read them, disk, names. */
import { lookup } from "node:dns/promises";
import { existsSync, readdirSync, statSync } from "node:fs";
import { statfs } from "node:fs/promises";
import { isIP } from "node:net";
import { join } from "node:path";
import type { Clock } from "../../../shared/clock.ts";
import { messageOf } from "../../../shared/errors.ts";
import { findingsOf } from "./finding.ts";
import type { Finding } from "./finding.ts";

const { ok, warn, fail } = findingsOf("here");

/** Versions of Node that Quorate is tested with: first minor of each major, as in package.json. */
const NODE_MINORS: ReadonlyMap<number, number> = new Map([
  [20, 19],
  [22, 14],
]);
const NODE_MAJOR_NEWEST = 24;

/** Free bytes below which a disk is nearly full, and below which nothing can be kept. */
const FREE_BYTES_LOW = 1_073_741_824;
const FREE_BYTES_MIN = 104_857_600;

/** A name that takes longer than this to look up holds up every check that names a host. */
const LOOKUP_MS_SLOW = 500;

/** Whether this Node can run Quorate. */
export function checkNode(version: string): Finding {
  const [major = 0, minor = 0] = version.replace(/^v/, "").split(".").map(Number);
  const least = NODE_MINORS.get(major);
  const isKnown = major >= NODE_MAJOR_NEWEST || (least !== undefined && minor >= least);
  if (isKnown) return ok("node", `Node ${version} is supported.`);
  const wanted = "20.19, 22.14 or 24 and later";
  return warn("node", `Node ${version} is not tested with.`, `Use Node ${wanted}.`);
}

/** Who may read and write a data directory and the secrets in it. */
export function checkFiles(folder: string): Finding[] {
  if (!existsSync(folder)) return [];
  const secrets = secretsIn(folder);
  const open = secrets.filter((path) => (statSync(path).mode & 0o077) !== 0);
  const findings = open.map((path) =>
    fail("files", `${path} can be read by others.`, `chmod 600 ${path}, and rotate what is in it.`),
  );
  if ((statSync(folder).mode & 0o022) !== 0) {
    findings.push(fail("files", `${folder} can be written by others.`, `chmod 700 ${folder}`));
  } else if ((statSync(folder).mode & 0o055) !== 0) {
    findings.push(warn("files", `${folder} can be read by others.`, `chmod 700 ${folder}`));
  }
  if (findings.length > 0) return findings;
  return [ok("files", `${folder} and ${secrets.length} secret files are their owner's alone.`)];
}

/** Tokens and secrets of a data directory; the database holds hashes and channel secrets. */
function secretsIn(folder: string): string[] {
  const folders = [folder, join(folder, "probe-tokens"), join(folder, "mesh")];
  return folders
    .filter((one) => existsSync(one))
    .flatMap((one) =>
      readdirSync(one)
        .filter((name) => /\.(?:token|secret|db)$/.test(name))
        .map((name) => join(one, name)),
    );
}

/** Whether one file that holds secrets is its owner's alone; nothing when it is not there. */
export function checkSecretFile(path: string, check: string): Finding[] {
  if (!existsSync(path)) return [];
  if ((statSync(path).mode & 0o077) === 0) return [ok(check, `${path} is its owner's alone.`)];
  return [warn(check, `${path} can be read by others.`, `chmod 600 ${path}`)];
}

/** Whether the disk of a folder has room. */
export async function checkDisk(folder: string): Promise<Finding[]> {
  if (!existsSync(folder)) return [];
  const { bavail, blocks, bsize } = await statfs(folder);
  const free = bavail * bsize;
  const share = Math.floor((100 * bavail) / Math.max(1, blocks));
  const text = `${bytesText(free)} of ${folder}'s disk are free (${share} %).`;
  const advice = "Make room: results wait on the probes meanwhile, and then are dropped.";
  if (free < FREE_BYTES_MIN) return [fail("disk", text, advice)];
  return [free < FREE_BYTES_LOW ? warn("disk", text, advice) : ok("disk", text)];
}

function bytesText(bytes: number): string {
  return bytes >= 1_073_741_824
    ? `${(bytes / 1_073_741_824).toFixed(1)} GiB`
    : `${Math.round(bytes / 1_048_576)} MiB`;
}

/** Whether the name of a host can be looked up, and soon. */
export async function checkName(host: string, clock: Clock): Promise<Finding> {
  if (isIP(host) !== 0) return ok("dns", `${host} is an address: no name has to be looked up.`);
  const beganMs = clock.monoMs();
  try {
    const { address } = await lookup(host);
    const tookMs = Math.round(clock.monoMs() - beganMs);
    const text = `${host} is ${address}, found in ${tookMs} ms.`;
    if (tookMs < LOOKUP_MS_SLOW) return ok("dns", text);
    return warn("dns", text, "Look at the resolvers in /etc/resolv.conf: they are slow.");
  } catch (thrown) {
    const advice = "Look at the name, /etc/hosts and the resolvers in /etc/resolv.conf.";
    return fail("dns", `${host} cannot be looked up: ${messageOf(thrown)}.`, advice);
  }
}
