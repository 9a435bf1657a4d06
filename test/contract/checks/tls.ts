/** The tls kind under contract. */
import { makeAuthority, makeCertificate } from "../../helpers/certificates.ts";
import { startHandshakes } from "../../helpers/ocsp-target.ts";
import type { CheckContract } from "../check.ts";

const authority = makeAuthority();

/** What the contract needs to know of tls. */
export const tlsContract: CheckContract = {
  kind: "tls",
  startGood: () => startHandshakes(makeCertificate({ authority })),
  startBad: () => startHandshakes(makeCertificate({ authority, days: -1 })),
  options: (host, port) => ({ host, port, tls: { ca: authority.ca } }),
  without: { talk: "a silent target is `tls_handshake`, shown in tls-kind.test.ts" },
};
