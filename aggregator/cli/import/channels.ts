/** Channels of other tools: which option of a kind each of their fields is. */
import type { ImportBook } from "./book.ts";
import type { Fields } from "./fields.ts";

/** How a field becomes an option. */
interface Part {
  /** Name of the option; a dot leads into an object. */
  option: string;
  secret?: true;
  /** A list of texts, or texts with commas between them. */
  list?: true;
  whole?: true;
  /** What the option is for a text of the other tool. */
  change?: (text: string) => unknown;
}

/** One kind of channel of another tool. */
export interface ChannelForm {
  kind: string;
  parts: Readonly<Record<string, Part | string>>;
  /** Options that are always so. */
  sets?: Readonly<Record<string, unknown>>;
}

/** The options of a channel; what the form does not know is told by the fields. */
export function channelOptions(
  fields: Fields,
  form: ChannelForm,
  { book, name }: { book: ImportBook; name: string },
): Record<string, unknown> {
  const options: Record<string, unknown> = { ...form.sets };
  for (const [field, said] of Object.entries(form.parts)) {
    const part: Part = typeof said === "string" ? { option: said } : said;
    const value = valueOf(fields, field, part);
    if (value === undefined) continue;
    const isSecret = part.secret === true && typeof value === "string";
    const kept = isSecret ? book.secret([name, part.option], value) : value;
    options[part.option] = kept;
  }
  return options;
}

function valueOf(fields: Fields, field: string, part: Part): unknown {
  if (part.whole === true) return fields.number(field);
  if (part.list === true) {
    const texts = fields.texts(field).flatMap((text) => text.split(","));
    const found = texts.map((text) => text.trim()).filter((text) => text !== "");
    return found.length === 0 ? undefined : found;
  }
  const text = fields.text(field);
  return text === undefined || part.change === undefined ? text : part.change(text);
}
