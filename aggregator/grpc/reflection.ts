/** Server reflection: lets grpcurl and its like list and call the services without .proto files. */
import type { Server } from "@grpc/grpc-js";
import { ReflectionService } from "@grpc/reflection";
import { BinaryReader, WireType } from "@bufbuild/protobuf/wire";
import { DESCRIPTOR_SET_BASE64 } from "./descriptors.ts";

/** The files of an encoded FileDescriptorSet, whose only field is `repeated file = 1`. */
function filesOf(descriptorSet: Uint8Array): Buffer[] {
  const reader = new BinaryReader(descriptorSet);
  const files: Buffer[] = [];
  while (reader.pos < reader.len) {
    const [field, wireType] = reader.tag();
    if (field === 1 && wireType === WireType.LengthDelimited) {
      files.push(Buffer.from(reader.bytes()));
    } else {
      reader.skip(wireType);
    }
  }
  return files;
}

/**
 * Adds grpc.reflection.v1 and v1alpha to a server. The library reads nothing of a package
 * definition but its encoded files, so one entry that holds them all is enough.
 */
export function addReflection(server: Server): void {
  const reflection = new ReflectionService({
    "quorate.v1": {
      format: "Protocol Buffer 3 EnumDescriptorProto",
      type: {},
      fileDescriptorProtos: filesOf(Buffer.from(DESCRIPTOR_SET_BASE64, "base64")),
    },
  });
  reflection.addToServer(server);
}
