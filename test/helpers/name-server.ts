/** A real name server (nsd) that is the authority of shop.test. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Certificate } from "./certificates.ts";
import { startDaemon } from "./daemon.ts";
import type { Daemon } from "./daemon.ts";

const LONG = Array.from({ length: 60 }, (_value, index) => `many IN A 10.1.0.${index}`).join("\n");
const ZONE = `$ORIGIN shop.test.
$TTL 300
@ IN SOA ns.shop.test. admin.shop.test. 7 3600 600 86400 60
@ IN NS ns.shop.test.
@ IN MX 10 mail.shop.test.
@ IN TXT "v=spf1 -all" " and more"
@ IN CAA 0 issue "ca.test"
ns IN A 127.0.0.1
mail IN A 10.0.0.9
www IN CNAME pool.shop.test.
pool IN A 10.0.0.7
pool IN A 10.0.0.8
pool 5 IN AAAA fd00::7
_sip._tcp IN SRV 1 2 5060 mail.shop.test.
${LONG}
`;

/** Starts it; it also answers over TLS on `tlsPort`. */
export function startNameServer(options: Certificate & { tlsPort: number }): Promise<Daemon> {
  const { tlsPort, cert, key } = options;
  return startDaemon({
    program: "nsd",
    prepare({ folder, port }) {
      const file = (name: string, text: string): string => {
        writeFileSync(join(folder, name), text);
        return join(folder, name);
      };
      const lines = [
        "server:",
        `  ip-address: 127.0.0.1@${port}`,
        `  ip-address: 127.0.0.1@${tlsPort}`,
        '  username: ""',
        `  zonesdir: "${folder}"`,
        `  pidfile: "${folder}/pid"`,
        `  xfrdfile: "${folder}/xfrd"`,
        `  xfrdir: "${folder}"`,
        `  zonelistfile: "${folder}/zones"`,
        `  cookie-secret-file: "${folder}/cookie"`,
        `  tls-service-key: "${file("key.pem", key)}"`,
        `  tls-service-pem: "${file("cert.pem", cert)}"`,
        `  tls-port: ${tlsPort}`,
        "remote-control:",
        "  control-enable: no",
        "zone:",
        "  name: shop.test",
        `  zonefile: "${file("shop.test.zone", ZONE)}"`,
      ];
      return ["-d", "-c", file("nsd.conf", lines.join("\n"))];
    },
  });
}
