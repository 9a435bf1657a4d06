/** What is sent behind the headers: a body as it is, a form, or fields and files in parts. */
import { createHash } from "node:crypto";

/** Options of which at most one is given. */
export interface PayloadOptions {
  body?: string | undefined;
  form?: Readonly<Record<string, string>> | undefined;
  multipart?: readonly Part[] | undefined;
}

interface Part {
  name: string;
  value: string;
  filename?: string | undefined;
  contentType?: string | undefined;
}

/** Bytes, and the content-type that they must be sent with; undefined: the operator says it. */
export interface Payload {
  content: Buffer;
  contentType: string | undefined;
}

/** The payload of valid options; undefined if there is none. */
export function payloadOf({ body, form, multipart }: PayloadOptions): Payload | undefined {
  if (body !== undefined) return { content: Buffer.from(body), contentType: undefined };
  if (form !== undefined) {
    const content = Buffer.from(new URLSearchParams(form).toString());
    return { content, contentType: "application/x-www-form-urlencoded" };
  }
  return multipart === undefined ? undefined : multipartOf(multipart);
}

/** RFC 7578. The boundary is a digest of the parts, so none of them can hold it. */
function multipartOf(parts: readonly Part[]): Payload {
  const digest = createHash("sha256").update(JSON.stringify(parts)).digest("hex").slice(0, 40);
  const boundary = `quorate-${digest}`;
  let text = "";
  for (const { name, value, filename, contentType } of parts) {
    const file = filename === undefined ? "" : `; filename="${filename}"`;
    const type = contentType === undefined ? "" : `content-type: ${contentType}\r\n`;
    text += `--${boundary}\r\ncontent-disposition: form-data; name="${name}"${file}\r\n`;
    text += `${type}\r\n${value}\r\n`;
  }
  const content = Buffer.from(`${text}--${boundary}--\r\n`);
  return { content, contentType: `multipart/form-data; boundary=${boundary}` };
}
