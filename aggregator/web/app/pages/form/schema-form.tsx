/** A form made from a JSON Schema: what the kind can be told, as it says itself. */
import { useState } from "preact/hooks";
import type { Problem } from "../../../../../shared/api/problem.ts";
import { words } from "../../words/words.ts";
import { isFields } from "./json-schema.ts";
import type { Field, Fields } from "./json-schema.ts";
import { linesOf, linesText, pairsOf, pairsText } from "./text-values.ts";

/** What all fields of one form share. */
export interface FormContext {
  /** What the aggregator found wrong. */
  issues: Problem["issues"];
}

interface FieldsProps {
  fields: readonly Field[];
  value: Fields;
  path: string;
  onChange: (value: Fields) => void;
  context: FormContext;
}

/** Puts a value into an object, or takes it out when it is not set. */
function withField(value: Fields, name: string, next: unknown): Fields {
  const { [name]: _before, ...rest } = value;
  return next === undefined ? rest : { ...rest, [name]: next };
}

/** The fields of one object; those that may be left out are folded away until one is set. */
export function SchemaFields({ fields, value, path, onChange, context }: FieldsProps) {
  const one = (field: Field) => (
    <SchemaField
      key={field.name}
      field={field}
      value={value[field.name]}
      path={`${path}${field.name}`}
      onChange={(next) => onChange(withField(value, field.name, next))}
      context={context}
    />
  );
  const isMain = ({ isRequired, name }: Field): boolean => isRequired || value[name] !== undefined;
  const [main] = useState(() => new Set(fields.filter(isMain).map(({ name }) => name)));
  const further = fields.filter(({ name }) => !main.has(name));
  const hasIssue = further.some(({ name }) =>
    context.issues.some((issue) => issue.path.startsWith(`${path}${name}`)),
  );
  return (
    <div class="fields">
      {fields.filter(({ name }) => main.has(name)).map(one)}
      {further.length > 0 && (
        <details class="further" open={hasIssue}>
          <summary>
            {words.value.form.moreOptions} <span class="soft">{further.length}</span>
          </summary>
          <div class="fields">{further.map(one)}</div>
        </details>
      )}
    </div>
  );
}

interface FieldProps {
  field: Field;
  value: unknown;
  path: string;
  onChange: (value: unknown) => void;
  context: FormContext;
}

function SchemaField(props: FieldProps) {
  const { field, value, path, onChange, context } = props;
  const { widget, name, description } = field;
  const issue = context.issues.find((one) => one.path === path);
  if (widget.kind === "fields") {
    return (
      <fieldset class="group">
        <legend>{name}</legend>
        {description !== "" && <p class="soft small">{description}</p>}
        <SchemaFields
          fields={widget.fields}
          value={isFields(value) ? value : {}}
          path={`${path}.`}
          onChange={(next) => onChange(Object.keys(next).length === 0 ? undefined : next)}
          context={context}
        />
      </fieldset>
    );
  }
  if (widget.kind === "flag") {
    return (
      <label class="check">
        <input
          type="checkbox"
          checked={typeof value === "boolean" ? value : field.initial === "true"}
          onChange={({ currentTarget }) => onChange(currentTarget.checked)}
        />
        <span>
          {name} <span class="soft small">{description}</span>
        </span>
      </label>
    );
  }
  return (
    <label class={`field${issue === undefined ? "" : " wrong"}`}>
      <span>
        {name}
        {field.isRequired && <span class="needed"> *</span>}
      </span>
      <Input {...props} />
      <span class="soft small">{description}</span>
      {issue !== undefined && <span class="issue small">{issue.message}</span>}
    </label>
  );
}

function Input({ field, value, onChange }: FieldProps) {
  const { widget, initial } = field;
  const placeholder = initial === "" ? "" : initial;
  if (widget.kind === "choice") return <Choice {...{ field, value, onChange }} />;
  if (widget.kind === "number") {
    return (
      <input
        type="number"
        step={widget.isInteger ? 1 : "any"}
        min={widget.min}
        max={widget.max}
        placeholder={placeholder}
        value={typeof value === "number" ? value : ""}
        onInput={({ currentTarget: { value: text } }) =>
          onChange(text === "" ? undefined : Number(text))
        }
      />
    );
  }
  if (widget.kind === "text" && !widget.isLong) {
    const shown = typeof value === "string" ? value : "";
    const take = (event: { currentTarget: { value: string } }): void => {
      const { value: text } = event.currentTarget;
      onChange(text === "" ? undefined : text);
    };
    if (widget.isSecret) {
      return <input type="password" autocomplete="new-password" value={shown} onInput={take} />;
    }
    return (
      <input
        type="text"
        autocomplete="off"
        spellcheck={false}
        placeholder={placeholder}
        value={shown}
        onInput={take}
      />
    );
  }
  return <LongText {...{ field, value, onChange }} />;
}

type InputProps = Pick<FieldProps, "field" | "value" | "onChange">;

function Choice({ field, value, onChange }: InputProps) {
  const values = field.widget.kind === "choice" ? field.widget.values : [];
  return (
    <select
      value={values.find((one) => one === value)?.toString() ?? ""}
      onChange={({ currentTarget: { value: text } }) =>
        onChange(values.find((one) => String(one) === text))
      }
    >
      <option value="">{field.initial === "" ? words.value.form.unset : field.initial}</option>
      {values
        .filter((one) => String(one) !== field.initial)
        .map((one) => (
          <option key={one} value={String(one)}>
            {String(one)}
          </option>
        ))}
    </select>
  );
}

/** Text of several lines: itself, one value a line, one pair a line, or JSON. */
function LongText({ field, value, onChange }: InputProps) {
  const { kind } = field.widget;
  const w = words.value.form;
  const [text, setText] = useState(() => textOfValue(kind, value));
  const [isBad, setBad] = useState(false);
  const help = kind === "lines" ? w.lines : kind === "pairs" ? w.pairs : "";
  const take = (written: string): void => {
    setText(written);
    const read = valueOfText(kind, written);
    setBad(read === BAD);
    if (read !== BAD) onChange(read);
  };
  return (
    <>
      <textarea
        rows={kind === "text" || kind === "json" ? 4 : 2}
        class={kind === "json" ? "mono" : ""}
        spellcheck={false}
        placeholder={field.initial === "" || field.initial === "{}" ? help : field.initial}
        value={text}
        onInput={({ currentTarget }) => take(currentTarget.value)}
      />
      {isBad && <span class="issue small">{w.badJson}</span>}
    </>
  );
}

const BAD = Symbol("a text that is no JSON");

function textOfValue(kind: string, value: unknown): string {
  if (value === undefined) return "";
  if (kind === "lines") return linesText(value);
  if (kind === "pairs") return pairsText(value);
  return typeof value === "string" && kind === "text" ? value : JSON.stringify(value, null, 2);
}

function valueOfText(kind: string, text: string): unknown {
  if (text.trim() === "") return undefined;
  if (kind === "lines") return linesOf(text);
  if (kind === "pairs") return pairsOf(text);
  if (kind === "text") return text;
  try {
    const value: unknown = JSON.parse(text);
    return value;
  } catch {
    // Told beside the field; what was written stays.
    return BAD;
  }
}
