/** Whether this machine has a route of its own to an address. */
import { createSocket } from "node:dgram";
import { isIPv6 } from "node:net";
import type { Look } from "./look.ts";

/**
 * Tells ENETUNREACH of the own machine from one that a router reported. connect(2) on a datagram
 * socket sends nothing and fails exactly when the routing table has no entry.
 */
export function askForRoute(look: Look, answered: (route: boolean) => void): void {
  const socket = createSocket(isIPv6(look.address) ? "udp6" : "udp4");
  let open = true;
  const answer = (route: boolean): void => {
    if (!open) return;
    open = false;
    socket.close();
    answered(route);
  };
  look.release = () => {
    if (open) socket.close();
    open = false;
  };
  socket.on("error", () => answer(false));
  const connect = (): void => {
    if (open) socket.connect(look.port, look.address, () => answer(true));
  };
  const { sourceAddress } = look;
  if (sourceAddress === undefined) connect();
  else socket.bind(0, sourceAddress, connect);
}
