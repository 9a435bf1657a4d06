/** Benchmark role: a gRPC server with the health service; prints its port. */
import { Serving, startGrpc } from "../../helpers/grpc-target.ts";

const { port } = await startGrpc({ status: Serving.SERVING });
process.send?.({ port });
