/** Options of the grpc kind. */
import { z } from "zod";
import type { CheckExample } from "./check.ts";
import { GRPC_STATUS_NAMES } from "./grpc-reply.ts";
import { commonOptions, hostSchema, portSchema, tlsSchema } from "./options.ts";

const RESERVED = /^(?:grpc-.*|te|content-type|user-agent|host|connection|transfer-encoding)$/;

const metadataKey = z
  .string()
  .regex(/^[0-9a-z_.-]{1,100}$/, { error: "expected a key of 0-9, a-z, '_', '-' and '.'" })
  .refine((key) => !RESERVED.test(key), { error: "expected a key that gRPC does not reserve" });

const metadataValue = z
  .string()
  .max(8_192)
  .regex(/^[\x20-\x7e]*$/, { error: "expected printable ASCII; base64 for keys ending in -bin" });

/** Options of a call of the operator's own. */
const callSchema = z
  .strictObject({
    method: z
      .string()
      .regex(/^[A-Za-z_][\w.]{0,200}\/[A-Za-z_]\w{0,100}$/, {
        error: 'expected a method such as "shop.v1.Orders/Get"',
      })
      .describe("Full name of a unary method, such as `shop.v1.Orders/Get`."),
    request: z
      .record(z.string(), z.unknown())
      .default({})
      .describe("Request message as JSON (protobuf JSON mapping)."),
    descriptors: z
      .base64({ error: "expected a FileDescriptorSet in base64" })
      .min(1)
      .max(524_288)
      .optional()
      .describe(
        "FileDescriptorSet with the method, base64, as `buf build -o -` or `protoc " +
          "--include_imports --descriptor_set_out` write it. Default: server reflection is asked.",
      ),
    expectedStatus: z
      .enum(GRPC_STATUS_NAMES)
      .default("OK")
      .describe("Status of the call that passes."),
    expression: z
      .string()
      .min(1)
      .max(2_000)
      .optional()
      .describe(
        "CEL expression that must be true, of reply (the message as JSON, every field present; " +
          "numbers are doubles, 64-bit ones strings) and latencyMs. Only for expectedStatus OK.",
      ),
  })
  .refine((call) => call.expression === undefined || call.expectedStatus === "OK", {
    error: "expected expectedStatus OK, as there is no reply otherwise",
    path: ["expression"],
  })
  .meta({ id: "GrpcCall", description: "A unary method to call instead of the health check." });

/** Options of the grpc kind, strict. */
export const grpcSchema = z
  .strictObject({
    host: hostSchema.describe("Host name or IP address to connect to."),
    port: portSchema,
    service: z
      .string()
      .max(200)
      .default("")
      .describe("Service whose health is asked after. Default empty: the server as a whole."),
    watch: z
      .boolean()
      .default(false)
      .describe(
        "Keeps one connection open with Health/Watch, so that a change is seen at once; each " +
          "look then is a ping on it. Default: Health/Check on a new connection each time.",
      ),
    call: callSchema.optional().describe("A unary method to call instead of the health check."),
    authority: z
      .string()
      .min(1)
      .max(300)
      .regex(/^[A-Za-z0-9._~:[\]-]+$/, { error: "expected a host, with a port or without" })
      .optional()
      .describe("The :authority sent. Default: host and port."),
    metadata: z
      .record(metadataKey, metadataValue)
      .default({})
      .describe("Metadata to send; its values are secret."),
    tls: tlsSchema.optional().describe("Present: TLS with ALPN h2. `{}` is enough."),
    ...commonOptions,
  })
  .refine((options) => options.call === undefined || !options.watch, {
    error: "expected `watch` or `call`, not both",
    path: ["watch"],
  })
  .refine((options) => options.call === undefined || options.service === "", {
    error: "expected no `service` beside `call`: it is for the health check",
    path: ["service"],
  })
  .meta({ id: "GrpcOptions", description: "Options of the grpc check." });

/** Options of the grpc kind, defaults filled in. */
export type GrpcOptions = z.output<typeof grpcSchema>;

/** Options of a call of the operator's own, defaults filled in. */
export type GrpcCallOptions = z.output<typeof callSchema>;

/** Examples, the commonest first. */
export const GRPC_EXAMPLES: readonly CheckExample[] = [
  {
    title: "The standard health check over TLS",
    options: { host: "orders.example.com", port: 443, service: "shop.v1.Orders", tls: {} },
  },
  {
    title: "Health/Watch kept open: a change is seen at once",
    options: { host: "orders.example.com", port: 50051, watch: true },
  },
  {
    title: "Any unary method by server reflection, and what its reply must be",
    options: {
      host: "orders.example.com",
      port: 50051,
      call: {
        method: "shop.v1.Orders/Get",
        request: { id: "canary" },
        expression: 'reply.order.state == "PAID" && latencyMs < 250.0',
      },
      metadata: { authorization: "Bearer ${secret:orders-token}" },
    },
  },
];
