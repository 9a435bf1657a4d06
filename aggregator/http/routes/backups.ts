/** /api/v1/backups: everything that the aggregator keeps, while it runs; admins only. */
import { Readable } from "node:stream";
import type { ReadableStream } from "node:stream/web";
import { createRoute, z } from "@hono/zod-openapi";
import { QuorateError } from "../../../shared/errors.ts";
import type { App, RouteContext } from "../context.ts";
import { alsoFails, needs, problems } from "../describe.ts";

/** The type of the answer, also when it is told to the document. */
const ARCHIVE_TYPE = "application/gzip";

const createBackup = createRoute({
  ...needs("admin"),
  ...alsoFails("conflict"),
  method: "post",
  path: "/api/v1/backups",
  tags: ["system"],
  operationId: "backups.create",
  summary: "Make a backup of everything, and send it",
  description:
    "A tar archive, gzipped: the data file as of one moment, the tokens beside it, and a " +
    "manifest with the SHA-256 of each. It holds secrets: keep it as one. What is written " +
    "meanwhile goes on. One backup is made at a time (409). `quorate backup` asks for it and " +
    "checks it, `quorate restore` makes a data directory of it.",
  responses: {
    200: {
      description: "The archive.",
      headers: z.object({
        "content-disposition": z.string().openapi({
          description: "A name for the file, with the time of the backup.",
          example: 'attachment; filename="quorate-20261121170000.tar.gz"',
        }),
      }),
      content: { [ARCHIVE_TYPE]: { schema: z.string().openapi({ format: "binary" }) } },
    },
    ...problems,
  },
});

/** Adds the route. */
export function addBackups(app: App, { backups, closing }: RouteContext): void {
  app.openapi(createBackup, async () => {
    if (backups === undefined) {
      const sentence = "This aggregator keeps its data in memory, and there is nothing to copy.";
      throw new QuorateError("conflict", sentence);
    }
    const { name, stream } = await backups.begin();
    const end = (): void => void stream.destroy();
    closing.addEventListener("abort", end, { once: true });
    stream.on("close", () => closing.removeEventListener("abort", end));
    const headers = {
      "content-type": ARCHIVE_TYPE,
      "content-disposition": `attachment; filename="${name}"`,
      "cache-control": "no-store",
    };
    return new Response(bodyOf(Readable.toWeb(stream)), { status: 200, headers });
  });
}

/**
 * Node's own type of the same streams is not the one of `Response`. Guarantee: both names stand
 * for one class, the global one since version 18 of Node.
 */
function bodyOf(stream: ReadableStream): globalThis.ReadableStream {
  return stream as globalThis.ReadableStream;
}
