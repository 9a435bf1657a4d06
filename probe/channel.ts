/** The gRPC channel to the aggregator: TLS unless the way is safe without it. */
import { readFileSync } from "node:fs";
import { credentials } from "@grpc/grpc-js";
import type { ChannelCredentials, ClientOptions } from "@grpc/grpc-js";
import { QuorateError, messageOf } from "../shared/errors.ts";
import { formatHostPort, isLoopbackHost } from "../shared/host-port.ts";
import type { HostPort } from "../shared/host-port.ts";
import { LIMITS } from "../shared/limits.ts";

/** Where an aggregator is and how to talk to it. */
export interface LinkChannel {
  /** host:port. */
  address: string;
  credentials: ChannelCredentials;
  options: ClientOptions;
}

/** What an operator says of the way to the aggregator. */
export interface ChannelWish extends HostPort {
  /** Certificate authority of the aggregator, a PEM file; absent: the roots Node carries. */
  caFile?: string | undefined;
  /** Allows plaintext to an address that is not loopback. Default false. */
  insecure?: boolean;
}

/** Time between pings on a silent connection; a dead one is noticed within this and the next. */
const KEEPALIVE_MS = 20_000;
const KEEPALIVE_TIMEOUT_MS = 5_000;

/**
 * The channel for a wish: plaintext to loopback (unless a CA is named) or when insecure, else TLS.
 */
export function linkChannel(wish: ChannelWish): LinkChannel {
  const { host, port } = wish;
  const plaintext = wish.insecure === true || (isLoopbackHost(host) && wish.caFile === undefined);
  return {
    address: formatHostPort({ host, port }),
    credentials: plaintext ? credentials.createInsecure() : tlsOf(wish.caFile),
    options: {
      // Without this, grpc-js keeps every message for a retry and slices the backlog again for
      // each one sent: 4,200 messages/s instead of 60,000.
      "grpc.per_rpc_retry_buffer_size": 0,
      "grpc.keepalive_time_ms": KEEPALIVE_MS,
      "grpc.keepalive_timeout_ms": KEEPALIVE_TIMEOUT_MS,
      // A session that was torn down takes its connection with it; backoff is ours.
      "grpc.use_local_subchannel_pool": 1,
      // A proxy named in the environment for web traffic is not the way to the aggregator.
      "grpc.enable_http_proxy": 0,
      "grpc.max_receive_message_length": LIMITS.grpcMessageBytesMax,
      "grpc.max_send_message_length": LIMITS.grpcMessageBytesMax,
    },
  };
}

function tlsOf(caFile: string | undefined): ChannelCredentials {
  if (caFile === undefined) return credentials.createSsl();
  try {
    return credentials.createSsl(readFileSync(caFile));
  } catch (error) {
    throw new QuorateError(
      "invalid",
      `Expected a certificate authority in PEM in ${caFile}: ${messageOf(error)}.`,
    );
  }
}
