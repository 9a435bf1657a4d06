/** What `quorate mesh` puts into its aggregator, through the API: probes, a channel, targets. */
import { join } from "node:path";
import type { ApiClient } from "../../shared/api/client.ts";
import { QuorateError } from "../../shared/errors.ts";
import type { HostPort } from "../../shared/host-port.ts";
import type { Random } from "../../shared/random.ts";
import { tryReadSecretFile, writeSecretFile } from "./files.ts";
import { newWebhookSecret } from "./signature.ts";

/** A place of the mesh: a probe's name and where it stands. */
export interface MeshPlace {
  name: string;
  region: string;
  zone: string;
}

/** Three zones in two regions, so that one rack or one region can fail without a false verdict. */
export const MESH_PLACES: readonly MeshPlace[] = [
  { name: "rack-a", region: "east", zone: "rack-a" },
  { name: "rack-b", region: "east", zone: "rack-b" },
  { name: "rack-c", region: "west", zone: "rack-c" },
];

/** Longest timeout of the mesh's targets; a shorter interval makes it shorter. */
const TIMEOUT_MS_MAX = 2_000;

/** Where the mesh keeps the token of a probe. */
export function probeTokenFile(folder: string, name: string): string {
  return join(folder, `${name}.token`);
}

/** Makes sure that a probe exists and that its token is at hand; one that exists is used again. */
export async function ensureProbe(
  client: ApiClient,
  folder: string,
  place: MeshPlace,
): Promise<void> {
  const file = probeTokenFile(folder, place.name);
  const existing = await client.probes.get(place.name).catch(nullWhenNotFound);
  const fits =
    existing !== null &&
    !existing.draining &&
    existing.region === place.region &&
    existing.zone === place.zone;
  if (fits && tryReadSecretFile(file) !== null) return;
  // The aggregator keeps only the hash of a token: one that was lost cannot be shown again.
  if (existing !== null) await client.probes.delete(existing.id);
  const { token } = await client.probes.create(place);
  writeSecretFile(file, token);
}

function nullWhenNotFound(thrown: unknown): null {
  if (thrown instanceof QuorateError && thrown.code === "not_found") return null;
  throw thrown;
}

/** The file with the signing secret of the mesh's webhooks, made at the first start. */
export function ensureHookSecret(folder: string, random: Random): string {
  const file = join(folder, "hook.secret");
  if (tryReadSecretFile(file) === null) writeSecretFile(file, newWebhookSecret(random));
  return file;
}

/** Creates the mesh's channel, or gives it the receiver's new address. */
export async function putChannel(
  client: ApiClient,
  url: string,
  secretFile: string,
): Promise<void> {
  const name = "mesh-hook";
  const secret = tryReadSecretFile(secretFile);
  await client.channels.put(name, { name, kind: "webhook", options: { url, secret } });
}

/** Where the mesh's three targets listen. */
export interface TargetAddresses {
  steadyUrl: string;
  dukeUrl: string;
  grpc: HostPort;
}

/** Creates the mesh's targets, or gives them their new addresses. */
export async function putTargets(
  client: ApiClient,
  addresses: TargetAddresses,
  intervalMs: number,
): Promise<void> {
  const common = {
    intervalMs,
    timeoutMs: Math.min(intervalMs, TIMEOUT_MS_MAX),
    labels: { mesh: "local" },
  };
  const targets = [
    { name: "steady", kind: "http", options: { url: addresses.steadyUrl } },
    { name: "duke", kind: "http", options: { url: addresses.dukeUrl } },
    { name: "health", kind: "grpc", options: { ...addresses.grpc } },
  ];
  for (const target of targets) await client.targets.put(target.name, { ...target, ...common });
}
