/** Watches events of a gRPC room by a real client. */
import { credentials, Metadata } from "@grpc/grpc-js";
import type { StatusObject } from "@grpc/grpc-js";
import type { WatchedEvent, WatchRequest } from "../../shared/proto/gen/quorate/v1/watch.ts";
import { WatchClient } from "../../shared/proto/gen/quorate/v1/watch.ts";
import type { GrpcRoom } from "./grpc-room.ts";

/** A watch by a real client. */
export interface Watching {
  seen: WatchedEvent[];
  ended: Promise<StatusObject>;
  pause(): void;
  resume(): void;
  cancel(): void;
}

const ALL: WatchRequest = { after: 0, types: [], labels: [], votes: false };

/** Calls the watch with a client of its own; `after` 0 unless told otherwise. */
export function watchEvents(
  room: GrpcRoom,
  asked: Partial<WatchRequest>,
  token = "reader",
): Watching {
  const client = new WatchClient(`127.0.0.1:${room.port}`, credentials.createInsecure());
  const metadata = new Metadata();
  metadata.set("authorization", `Bearer ${token}`);
  const call = client.events({ ...ALL, ...asked }, metadata);
  const seen: WatchedEvent[] = [];
  call.on("data", (event: WatchedEvent) => seen.push(event));
  call.on("error", () => undefined);
  const ended = new Promise<StatusObject>((resolve) => call.on("status", resolve));
  void ended.then(() => client.close());
  const pause = () => void call.pause();
  return { seen, ended, pause, resume: () => void call.resume(), cancel: () => call.cancel() };
}
