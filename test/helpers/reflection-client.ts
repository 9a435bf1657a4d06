/** grpc.reflection.v1 by a real client, its few messages read by hand. */
import { BinaryReader, BinaryWriter, WireType } from "@bufbuild/protobuf/wire";
import type { Client } from "@grpc/grpc-js";

const PATH = "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo";
/** Field numbers of ServerReflectionRequest and ServerReflectionResponse. */
const FILE_CONTAINING_SYMBOL = 4;
const LIST_SERVICES = 7;
const FILE_DESCRIPTORS = 4;
const SERVICE_LIST = 6;

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

function ask(client: Client, field: number, text: string): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const call = client.makeBidiStreamRequest(
      PATH,
      (bytes: Buffer) => bytes,
      (bytes: Buffer) => bytes,
    );
    call.on("data", (bytes: Buffer) => {
      resolve(bytes);
      call.end();
    });
    call.on("error", reject);
    const request = new BinaryWriter().tag(field, WireType.LengthDelimited).string(text).finish();
    call.write(Buffer.from(request));
  });
}

/** What reflection says: names of services, and in how many files `symbol` is described. */
export async function reflect(
  client: Client,
  symbol: string,
): Promise<{ services: string[]; files: number }> {
  const listed = await ask(client, LIST_SERVICES, "*");
  const services = fieldsOf(listed, SERVICE_LIST)
    .flatMap((list) => fieldsOf(list, 1))
    .flatMap((service) => fieldsOf(service, 1))
    .map((name) => Buffer.from(name).toString("utf8"));
  const described = await ask(client, FILE_CONTAINING_SYMBOL, symbol);
  const files = fieldsOf(described, FILE_DESCRIPTORS).flatMap((answer) => fieldsOf(answer, 1));
  return { services: services.toSorted(), files: files.length };
}
