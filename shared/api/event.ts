/** Public events as the API lists and streams them. */
import { z } from "zod";
import { pageSchema, timeSchema } from "./common.ts";

/** A public event with its number in the stream. */
export const apiEventSchema = z
  .object({
    number: z.int().describe("Place in the stream of events; the SSE id."),
    id: z.string().describe("Stable: the same happening has the same id for ever."),
    type: z.string(),
    timestamp: timeSchema,
    data: z.looseObject({ sentence: z.string() }),
  })
  .meta({ id: "Event", description: "Something that happened." });

/** A public event with its number in the stream. */
export type ApiEvent = z.output<typeof apiEventSchema>;

/** A page of events, oldest first; `next` fits `after`. */
export const eventPageSchema = pageSchema(apiEventSchema, "EventPage");
