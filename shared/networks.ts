/** Networks that addresses are held against. */
import { BlockList, isIP } from "node:net";
import { QuorateError } from "./errors.ts";

/** Networks in CIDR notation, or single addresses, as a list; throws invalid with a sentence. */
export function networksOf(texts: readonly string[]): BlockList {
  const list = new BlockList();
  for (const text of texts) {
    const [, address = "", bits] = /^([^/]+)(?:\/(\d{1,3}))?$/.exec(text) ?? [];
    const family = isIP(address);
    const most = family === 6 ? 128 : 32;
    if (family === 0 || Number(bits ?? most) > most) {
      const found = JSON.stringify(text.slice(0, 100));
      const sentence = `Expected a network such as 10.0.0.0/8, or an address; found ${found}.`;
      throw new QuorateError("invalid", sentence);
    }
    list.addSubnet(address, Number(bits ?? most), family === 6 ? "ipv6" : "ipv4");
  }
  return list;
}
