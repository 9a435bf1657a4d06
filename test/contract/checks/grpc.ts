/** The grpc kind under contract. */
import { Serving, startGrpc } from "../../helpers/grpc-target.ts";
import type { CheckContract } from "../check.ts";

/** What the contract needs to know of grpc. */
export const grpcContract: CheckContract = {
  kind: "grpc",
  startGood: () => startGrpc({ status: Serving.SERVING }),
  startBad: () => startGrpc({ status: Serving.NOT_SERVING }),
  options: (host, port) => ({ host, port }),
};
