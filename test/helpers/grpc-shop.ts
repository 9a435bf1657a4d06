/** A gRPC server with a service of its own, described by descriptors or by reflection. */
import { create, createFileRegistry, fromBinary, fromJson } from "@bufbuild/protobuf";
import { toBinary, toJson } from "@bufbuild/protobuf";
import type { DescMessage, DescService, JsonObject } from "@bufbuild/protobuf";
import {
  FieldDescriptorProto_Label as Label,
  FieldDescriptorProto_Type as Type,
} from "@bufbuild/protobuf/wkt";
import { FileDescriptorProtoSchema, FileDescriptorSetSchema } from "@bufbuild/protobuf/wkt";
import type { FileDescriptorProto } from "@bufbuild/protobuf/wkt";
import { BinaryReader, BinaryWriter, WireType } from "@bufbuild/protobuf/wire";
import { Server, ServerCredentials } from "@grpc/grpc-js";
import type { ServerDuplexStream, ServerUnaryCall, sendUnaryData } from "@grpc/grpc-js";

const field = (name: string, number: number, more: object = {}) => ({
  name,
  number,
  jsonName: name,
  type: Type.STRING,
  label: Label.OPTIONAL,
  ...more,
});

/** Two files, so that one imports the other: an order, and the service that gives it. */
const FILES: FileDescriptorProto[] = [
  create(FileDescriptorProtoSchema, {
    name: "shop/order.proto",
    package: "shop.v1",
    syntax: "proto3",
    messageType: [
      {
        name: "Order",
        field: [field("id", 1), field("state", 2), field("cents", 3, { type: Type.INT32 })],
      },
    ],
  }),
  create(FileDescriptorProtoSchema, {
    name: "shop/orders.proto",
    package: "shop.v1",
    syntax: "proto3",
    dependency: ["shop/order.proto"],
    messageType: [
      { name: "GetRequest", field: [field("id", 1)] },
      {
        name: "GetReply",
        field: [field("order", 1, { type: Type.MESSAGE, typeName: ".shop.v1.Order" })],
      },
    ],
    service: [
      {
        name: "Orders",
        method: [
          { name: "Get", inputType: ".shop.v1.GetRequest", outputType: ".shop.v1.GetReply" },
          {
            name: "Follow",
            inputType: ".shop.v1.GetRequest",
            outputType: ".shop.v1.GetReply",
            serverStreaming: true,
          },
        ],
      },
    ],
  }),
];

/** The descriptors in base64, as the option `call.descriptors` takes them. */
export function shopDescriptors(): string {
  const set = create(FileDescriptorSetSchema, { file: FILES });
  return Buffer.from(toBinary(FileDescriptorSetSchema, set)).toString("base64");
}

/** What the shop answers to a request: a reply as JSON, a status, or bytes as they are. */
export type ShopSays =
  | { reply: JsonObject }
  | { code: number; details: string }
  | { bytes: Buffer };

/** How the server describes itself. */
export type Described = "v1" | "v1alpha" | "without imports" | "not at all";

/** A running shop. */
export interface Shop {
  port: number;
  /** Requests as JSON, and metadata. */
  seen: { request: unknown; key: unknown }[];
  /** How often reflection was asked. */
  reflected(): number;
  close(): Promise<void>;
}

/** Starts a shop that always says the same. */
export async function startShop(says: ShopSays, described: Described = "v1"): Promise<Shop> {
  const seen: Shop["seen"] = [];
  let reflected = 0;
  const orders = ordersService();
  const server = new Server();
  server.addService(
    { Get: methodOf("/shop.v1.Orders/Get", false) },
    {
      Get(call: ServerUnaryCall<Buffer, Buffer>, reply: sendUnaryData<Buffer>) {
        const { input } = messagesOf(orders);
        const request = toJson(input, fromBinary(input, call.request));
        seen.push({ request, key: call.metadata.get("x-key")[0] });
        answer(says, orders, reply);
      },
    },
  );
  if (described !== "not at all") {
    const version = described === "v1alpha" ? "v1alpha" : "v1";
    const path = `/grpc.reflection.${version}.ServerReflection/ServerReflectionInfo`;
    server.addService(
      { Info: methodOf(path, true) },
      {
        Info(call: ServerDuplexStream<Buffer, Buffer>) {
          call.on("data", (question: Buffer) => {
            reflected += 1;
            call.write(reflectionOf(question, described));
          });
          call.on("end", () => call.end());
        },
      },
    );
  }
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, bound) => {
      if (error === null) resolve(bound);
      else reject(error);
    });
  });
  const close = async (): Promise<void> => server.forceShutdown();
  return { port, seen, reflected: () => reflected, close };
}

function answer(says: ShopSays, orders: DescService, reply: sendUnaryData<Buffer>): void {
  if ("code" in says) return reply(says);
  if ("bytes" in says) return reply(null, says.bytes);
  const { output } = messagesOf(orders);
  reply(null, Buffer.from(toBinary(output, fromJson(output, says.reply))));
}

const same = (bytes: Buffer): Buffer => bytes;

function methodOf(path: string, stream: boolean) {
  return {
    path,
    requestStream: stream,
    responseStream: stream,
    requestSerialize: same,
    requestDeserialize: same,
    responseSerialize: same,
    responseDeserialize: same,
  };
}

function ordersService(): DescService {
  const set = create(FileDescriptorSetSchema, { file: FILES });
  const service = createFileRegistry(set).getService("shop.v1.Orders");
  if (service === undefined) throw new Error("the shop has no service");
  return service;
}

function messagesOf(orders: DescService): { input: DescMessage; output: DescMessage } {
  const [get] = orders.methods;
  if (get === undefined) throw new Error("the service has no method");
  return get;
}

/** ServerReflectionResponse: files (4), or an error (7) with its code (1) and message (2). */
function reflectionOf(question: Buffer, described: Described): Buffer {
  const [wireField, name] = questionOf(question);
  const found =
    wireField === 4
      ? FILES.filter((file) => file.service.some((one) => `shop.v1.${one.name}` === name))
      : FILES.filter((file) => file.name === name);
  const writer = new BinaryWriter();
  if (found.length === 0) {
    writer.tag(7, WireType.LengthDelimited).fork();
    writer.tag(1, WireType.Varint).int32(5);
    writer.tag(2, WireType.LengthDelimited).string(`no ${name} here`);
    return Buffer.from(writer.join().finish());
  }
  const files = described === "without imports" ? found : FILES;
  writer.tag(4, WireType.LengthDelimited).fork();
  for (const file of files.toReversed()) {
    const bytes = toBinary(FileDescriptorProtoSchema, file);
    writer.tag(1, WireType.LengthDelimited).bytes(bytes);
  }
  return Buffer.from(writer.join().finish());
}

function questionOf(question: Buffer): [number, string] {
  const reader = new BinaryReader(question);
  const [wireField] = reader.tag();
  return [wireField, reader.string()];
}
