/** Channels: where notifications go, and what became of each. */
import { z } from "zod";
import { LIMITS } from "./limits.ts";
import { nameSchema } from "./target.ts";

/** How messages leave over a channel. */
export const channelDeliverySchema = z
  .strictObject({
    concurrency: z
      .int()
      .min(1)
      .max(64)
      .default(LIMITS.channelConcurrency)
      .describe("Messages on their way at the same time; never two of one target."),
    perMinute: z
      .int()
      .min(1)
      .max(600_000)
      .optional()
      .describe("Messages in a minute at most; the others wait. Default: as many as there are."),
    fold: z
      .boolean()
      .default(true)
      .describe("Many alerts at once become one message for each cause; false: each is sent."),
    fallback: nameSchema
      .optional()
      .describe("Channel that gets what this one cannot deliver, beside the further attempts."),
    fallbackAfterMs: z
      .int()
      .min(0)
      .max(86_400_000)
      .default(300_000)
      .describe("Time a message waits for this channel before the fallback gets it too."),
  })
  .meta({ id: "ChannelDelivery", description: "How messages leave over a channel." });

/** How messages leave over a channel, defaults filled in. */
export type ChannelDelivery = z.output<typeof channelDeliverySchema>;

/** What a caller says of a channel; `options` is validated by the notifier kind's own schema. */
export const channelSpecSchema = z
  .strictObject({
    name: nameSchema,
    kind: z.string().min(1).max(40).describe("Kind of notifier: webhook, slack, email, …"),
    options: z.record(z.string(), z.unknown()).describe("Options of the kind."),
    events: z
      .array(z.string().min(1).max(60))
      .max(50)
      .optional()
      .describe("Event types sent, `*` and `target.*` allowed. Default: alerts and recoveries."),
    delivery: channelDeliverySchema.optional(),
    enabled: z.boolean().default(true).describe("False: nothing is sent over it."),
    owner: nameSchema.optional().describe("Configuration file that keeps it."),
  })
  .meta({
    id: "ChannelSpec",
    description: "What a caller says of a channel.",
    example: {
      name: "on-call",
      kind: "webhook",
      options: {
        url: "https://hooks.example/quorate",
        // The secret of the specification's own examples.
        secret: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
      },
      events: ["target.down", "incident.*"],
    },
  });

/** What a caller says of a channel, defaults filled in. */
export type ChannelSpec = z.output<typeof channelSpecSchema>;

/** A channel as stored. */
export interface Channel {
  id: string;
  revision: number;
  createdAtMs: number;
  updatedAtMs: number;
  spec: ChannelSpec;
}

/** State of one notification: waiting, delivered, given up, or not sent on purpose. */
export type NotificationState = "pending" | "delivered" | "dead" | "withheld";

/** A notification: one event for one channel, with a stable id. */
export interface Notification {
  /** Stable message id; a retry carries the same. */
  id: string;
  channelId: string;
  /** Deliveries with the same order key leave in the order of `sequence`. */
  orderKey: string;
  sequence: number;
  state: NotificationState;
  /** Why it was sent or withheld, as a sentence. */
  reason: string;
  /** The message: a PublicEvent as JSON text, fixed when the intent was made. */
  body: string;
  createdAtMs: number;
  attempts: number;
  nextAttemptAtMs: number;
  lastError: string | null;
  deliveredAtMs: number | null;
}

/** One attempt to deliver a notification. */
export interface Delivery {
  notificationId: string;
  channelId: string;
  attempt: number;
  atMs: number;
  durationMs: number;
  /** HTTP status or the kind's own code; null when no answer came. */
  status: number | null;
  ok: boolean;
  /** Sentence; holds no secret. */
  detail: string;
  /** What was sent where, such as `POST https://host/path, 512 bytes`; holds no secret. */
  request: string;
}
