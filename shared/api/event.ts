/** Public events as the API lists and streams them. */
import { z } from "zod";
import { pageSchema, timeSchema } from "./common.ts";

/** A public event with its number in the stream. */
export const apiEventSchema = z
  .object({
    number: z.int().describe("Place in the stream of events; the SSE id."),
    id: z.string().describe("Stable: the same happening has the same id for ever."),
    type: z.string().describe("What happened, such as `target.down`."),
    timestamp: timeSchema,
    data: z
      .looseObject({ sentence: z.string().describe("What happened, for a person.") })
      .describe("About whom, with a sentence for a person; further fields by type."),
  })
  .meta({ id: "Event", description: "Something that happened." });

/** A public event with its number in the stream. */
export type ApiEvent = z.output<typeof apiEventSchema>;

/** A page of events, oldest first; `next` fits `after`. */
export const eventPageSchema = pageSchema(apiEventSchema, "EventPage");
