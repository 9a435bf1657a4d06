/** Descriptors of a service by server reflection (grpc.reflection.v1, or v1alpha before it). */
import type { ClientHttp2Session } from "node:http2";
import { fromBinary } from "@bufbuild/protobuf";
import { BinaryReader, BinaryWriter, WireType } from "@bufbuild/protobuf/wire";
import { FileDescriptorProtoSchema } from "@bufbuild/protobuf/wkt";
import type { FileDescriptorProto } from "@bufbuild/protobuf/wkt";
import { messageOf } from "../../shared/errors.ts";
import { LIMITS } from "../../shared/limits.ts";
import { broken, GRPC_STATUS, readEnd, readMessage } from "./grpc-reply.ts";
import type { GrpcReply } from "./grpc-reply.ts";
import { callUnary, frameOf, headersOf, replierOf } from "./grpc-session.ts";
import type { GrpcPlan } from "./grpc-session.ts";
import type { Failure } from "./failure.ts";
import { whereOf } from "./look.ts";
import type { Look } from "./look.ts";

/** Field numbers of ServerReflectionRequest, which are those of what is asked by. */
const FILE_BY_FILENAME = 3;
const FILE_CONTAINING_SYMBOL = 4;
/** Field numbers of ServerReflectionResponse, FileDescriptorResponse and ErrorResponse. */
const FILE_DESCRIPTOR_RESPONSE = 4;
const ERROR_RESPONSE = 7;
const FILE_DESCRIPTOR_PROTO = 1;
const ERROR_MESSAGE = 2;

/** Newest first: a server that knows neither cannot be asked. */
const VERSIONS = ["v1", "v1alpha"] as const;

/** Files that every library carries itself; servers need not send them. */
const WELL_KNOWN = /^google\/protobuf\//;

/** What is looked up, and on what connection. */
export interface Reflection {
  look: Look;
  session: ClientHttp2Session;
  plan: GrpcPlan;
  /** Full name of the service. */
  service: string;
}

interface Question {
  field: number;
  text: string;
}

/** Asks for the files of a service and all they import; failures end the look. */
export function reflectService(
  reflection: Reflection,
  found: (files: FileDescriptorProto[]) => void,
): void {
  const files = new Map<string, FileDescriptorProto>();
  const next = (question: Question): void => {
    ask(reflection, { ...question, version: 0 }, (received) => {
      for (const file of received) files.set(file.name, file);
      if (files.size > LIMITS.reflectionFilesMax) return tooMany(reflection.look);
      const missing = missingImport(files);
      if (missing === undefined) return found(inOrder(files));
      if (missing === question.text) return noImport(reflection.look, missing);
      next({ field: FILE_BY_FILENAME, text: missing });
    });
  };
  next({ field: FILE_CONTAINING_SYMBOL, text: reflection.service });
}

function tooMany(look: Look): void {
  const limit = `more than ${LIMITS.reflectionFilesMax} files`;
  look.fail("misconfigured", `${whereOf(look)} reflects ${limit}; give \`call.descriptors\`.`);
}

function noImport(look: Look, name: string): void {
  const where = whereOf(look);
  const shown = look.quote(name);
  look.fail("misconfigured", `${where} does not reflect ${shown}; give \`call.descriptors\`.`);
}

function missingImport(files: ReadonlyMap<string, FileDescriptorProto>): string | undefined {
  for (const { dependency } of files.values()) {
    const missing = dependency.find((name) => !files.has(name) && !WELL_KNOWN.test(name));
    if (missing !== undefined) return missing;
  }
  return undefined;
}

/** Imports before what imports them, as a registry wants them; each file once. */
function inOrder(files: ReadonlyMap<string, FileDescriptorProto>): FileDescriptorProto[] {
  const ordered = new Set<FileDescriptorProto>();
  const visited = new Set<string>();
  const visit = (name: string): void => {
    const file = files.get(name);
    if (file === undefined || visited.has(name)) return;
    visited.add(name);
    file.dependency.forEach(visit);
    ordered.add(file);
  };
  for (const name of files.keys()) visit(name);
  return [...ordered];
}

function ask(
  reflection: Reflection,
  question: Question & { version: number },
  found: (files: FileDescriptorProto[]) => void,
): void {
  const { look, session, plan } = reflection;
  const version = VERSIONS[question.version] ?? "v1alpha";
  const path = `/grpc.reflection.${version}.ServerReflection/ServerReflectionInfo`;
  const request = new BinaryWriter()
    .tag(question.field, WireType.LengthDelimited)
    .string(question.text)
    .finish();
  callUnary(look, session, {
    headers: headersOf(plan, path),
    frame: frameOf(request),
    bytesMax: LIMITS.reflectionBytesMax,
    done(reply) {
      const read = readReflected(reply, look);
      if (read === "unimplemented") {
        if (question.version + 1 >= VERSIONS.length) return noReflection(look);
        return ask(reflection, { ...question, version: question.version + 1 }, found);
      }
      if ("reason" in read) return look.fail(read.reason, read.detail);
      found(read);
    },
  });
}

function noReflection(look: Look): void {
  const detail = `${whereOf(look)} has no server reflection; give \`call.descriptors\`.`;
  look.fail("misconfigured", detail);
}

function readReflected(
  reply: GrpcReply,
  look: Look,
): FileDescriptorProto[] | Failure | "unimplemented" {
  const replier = replierOf(look);
  const { where } = replier;
  const end = readEnd(reply, replier);
  if ("reason" in end) return end;
  if (end.status === GRPC_STATUS.UNIMPLEMENTED) return "unimplemented";
  if (end.status !== GRPC_STATUS.OK) {
    return { reason: "grpc_status", detail: `Reflection of ${where} answered ${end.shown}.` };
  }
  const message = readMessage(reply.data, where);
  if ("reason" in message) return message;
  try {
    const [refusal] = fieldsOf(message, ERROR_RESPONSE);
    if (refusal !== undefined) {
      const said = Buffer.from(fieldsOf(refusal, ERROR_MESSAGE)[0] ?? []).toString("utf8");
      const detail = `${where} does not reflect this service: ${look.quote(said)}.`;
      return { reason: "misconfigured", detail };
    }
    return fieldsOf(message, FILE_DESCRIPTOR_RESPONSE)
      .flatMap((response) => fieldsOf(response, FILE_DESCRIPTOR_PROTO))
      .map((file) => fromBinary(FileDescriptorProtoSchema, file));
  } catch (thrown) {
    return broken(where, `sent no reflection (${look.quote(messageOf(thrown), 60)})`);
  }
}

/** The length-delimited fields of a message that have this number. */
function fieldsOf(bytes: Uint8Array, wanted: number): Uint8Array[] {
  const reader = new BinaryReader(bytes);
  const found: Uint8Array[] = [];
  while (reader.pos < reader.len) {
    const [field, wireType] = reader.tag();
    if (field === wanted && wireType === WireType.LengthDelimited) found.push(reader.bytes());
    else reader.skip(wireType);
  }
  return found;
}
