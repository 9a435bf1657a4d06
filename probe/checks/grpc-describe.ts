/** From descriptors to a method that can be called with JSON and whose reply is JSON. */
import {
  create,
  createFileRegistry,
  fromBinary,
  fromJson,
  toBinary,
  toJson,
} from "@bufbuild/protobuf";
import type { DescMethod, FileRegistry, JsonObject } from "@bufbuild/protobuf";
import { FileDescriptorSetSchema } from "@bufbuild/protobuf/wkt";
import type { FileDescriptorProto } from "@bufbuild/protobuf/wkt";
import { z } from "zod";
import { messageOf, QuorateError } from "../../shared/errors.ts";

/** A unary method whose messages are known. */
export interface DescribedMethod {
  /** Encodes a request; throws when the JSON does not fit the message. */
  encode(request: Readonly<Record<string, unknown>>): Uint8Array;
  /** Decodes a reply to JSON, every field present; throws when it is no such message. */
  decode(reply: Uint8Array): unknown;
}

/** Finds a method, such as "shop.v1.Orders/Get", in files; throws a sentence when it cannot. */
export function describeMethod(
  method: string,
  files: readonly FileDescriptorProto[],
): DescribedMethod {
  const registry = createFileRegistry(create(FileDescriptorSetSchema, { file: [...files] }));
  const [serviceName = "", methodName = ""] = method.split("/");
  const service = registry.getService(serviceName);
  if (service === undefined) throw new Error(`there is no service ${serviceName}`);
  const found = service.methods.find(({ name }) => name === methodName);
  if (found === undefined) {
    const names = service.methods.map(({ name }) => name).join(", ");
    throw new Error(`${serviceName} has no method ${methodName}, it has ${names.slice(0, 200)}`);
  }
  if (found.methodKind !== "unary") throw new Error(`${method} is a stream, expected a unary one`);
  return described(found, registry);
}

function described(method: DescMethod, registry: FileRegistry): DescribedMethod {
  return {
    encode: (request) => {
      const message = fromJson(method.input, asJson(request), { registry });
      return toBinary(method.input, message);
    },
    decode: (reply) => {
      const message = fromBinary(method.output, reply);
      return toJson(method.output, message, { registry, alwaysEmitImplicit: true });
    },
  };
}

const jsonSchema = z.record(z.string(), z.json());

/** Options are JSON by their origin; the parser says so to the types. */
function asJson(request: Readonly<Record<string, unknown>>): JsonObject {
  return jsonSchema.parse(request);
}

/** The files of a FileDescriptorSet in base64. Throws QuorateError "invalid" if it is none. */
export function readDescriptors(base64: string): FileDescriptorProto[] {
  try {
    const set = fromBinary(FileDescriptorSetSchema, Buffer.from(base64, "base64"));
    if (set.file.length === 0) throw new Error("it describes no file");
    return set.file;
  } catch (thrown) {
    throw invalid("descriptors", `expected a FileDescriptorSet in base64: ${messageOf(thrown)}`);
  }
}

/** The error for an option of `call`. */
export function invalid(option: string, message: string): QuorateError {
  const path = `options.call.${option}`;
  return new QuorateError("invalid", `${path}: ${message}.`, [{ path, message }]);
}
