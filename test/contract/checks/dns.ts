/** The dns kind under contract. */
import { startDatagramTarget } from "../../helpers/datagram-target.ts";
import { startDns } from "../../helpers/dns-server.ts";
import type { DnsAnswer } from "../../helpers/dns-server.ts";
import type { CheckContract, ContractServer } from "../check.ts";

async function serve(answer: DnsAnswer): Promise<ContractServer> {
  const { resolver, close } = await startDns({ "name.test": answer });
  return { port: Number(resolver.split(":")[1]), close };
}

/** What the contract needs to know of dns. */
export const dnsContract: CheckContract = {
  kind: "dns",
  startGood: () => serve({ address: "10.0.0.7" }),
  startBad: () => serve({ code: 2 }),
  startSilent: () => startDatagramTarget(),
  options: (host, port) => ({ server: host, port, name: "name.test", answers: ["10.0.0.7"] }),
  without: { tcp: "it asks by UDP first", talk: "silence is `no_reply`, shown in dns.test.ts" },
};
