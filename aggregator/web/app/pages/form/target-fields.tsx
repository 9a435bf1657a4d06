/** The fields that every target has, whatever its kind. */
import type { ComponentChildren } from "preact";
import type { ApiKind } from "../../../../../shared/api/kind.ts";
import { words } from "../../words/words.ts";
import type { FormContext } from "./schema-form.tsx";
import { RULES } from "./target-draft.ts";
import type { Draft } from "./target-draft.ts";

interface PartProps {
  draft: Draft;
  change: (part: Partial<Draft>) => void;
  context: FormContext;
}

interface LineProps {
  label: string;
  help?: string;
  path: string;
  context: FormContext;
  children: ComponentChildren;
}

/** A field with its name, its help, and what the aggregator found wrong with it. */
function FormLine({ label, help, path, context, children }: LineProps) {
  const issue = context.issues.find((one) => one.path === path);
  return (
    <label class={`field${issue === undefined ? "" : " wrong"}`}>
      <span>{label}</span>
      {children}
      {help !== undefined && <span class="soft small">{help}</span>}
      {issue !== undefined && <span class="issue small">{issue.message}</span>}
    </label>
  );
}

/** Name, kind and labels. */
export function Basics(props: PartProps & { kinds: readonly ApiKind[]; isNew: boolean }) {
  const { draft, change, context, kinds, isNew } = props;
  const w = words.value.form;
  return (
    <div class="fields two">
      <FormLine label={w.name} help={w.nameHelp} path="name" context={context}>
        <input
          type="text"
          required
          autocomplete="off"
          disabled={!isNew}
          value={draft.name}
          onInput={({ currentTarget }) => change({ name: currentTarget.value })}
        />
      </FormLine>
      <FormLine label={w.kind} path="kind" context={context}>
        <select
          value={draft.kind}
          onChange={({ currentTarget }) => change({ kind: currentTarget.value, options: {} })}
        >
          {kinds.map(({ kind }) => (
            <option key={kind} value={kind}>
              {kind}
            </option>
          ))}
        </select>
      </FormLine>
      <FormLine label={w.labels} help={w.labelsHelp} path="labels" context={context}>
        <textarea
          rows={2}
          value={draft.labels}
          onInput={({ currentTarget }) => change({ labels: currentTarget.value })}
        />
      </FormLine>
      <FormLine label={w.regions} help={w.regionsHelp} path="vantages.regions" context={context}>
        <textarea
          rows={2}
          value={draft.regions}
          onInput={({ currentTarget }) => change({ regions: currentTarget.value })}
        />
      </FormLine>
    </div>
  );
}

type NumberName = "intervalMs" | "timeoutMs" | "fall" | "rise" | "minDomains";

function NumberLine({ draft, change, context, name }: PartProps & { name: NumberName }) {
  const path = name === "minDomains" ? "policy.minDomains" : name;
  return (
    <FormLine label={words.value.form[name]} path={path} context={context}>
      <input
        type="number"
        required
        min={1}
        value={draft[name]}
        onInput={({ currentTarget }) => change({ [name]: Number(currentTarget.value) })}
      />
    </FormLine>
  );
}

/** How often it is looked at, and how sure a verdict has to be. */
export function When(props: PartProps) {
  const { draft, change, context } = props;
  const w = words.value.form;
  return (
    <div class="fields two">
      <NumberLine {...props} name="intervalMs" />
      <NumberLine {...props} name="timeoutMs" />
      <NumberLine {...props} name="fall" />
      <NumberLine {...props} name="rise" />
      <FormLine label={w.policy} path="policy.rule" context={context}>
        <select
          value={draft.rule}
          onChange={({ currentTarget }) => change({ rule: currentTarget.value })}
        >
          {RULES.map((rule) => (
            <option key={rule} value={rule}>
              {rule}
            </option>
          ))}
        </select>
      </FormLine>
      <NumberLine {...props} name="minDomains" />
      <FormLine label={w.playbookUrl} path="playbookUrl" context={context}>
        <input
          type="url"
          value={draft.playbookUrl}
          onInput={({ currentTarget }) => change({ playbookUrl: currentTarget.value })}
        />
      </FormLine>
      <label class="check">
        <input
          type="checkbox"
          checked={draft.enabled}
          onChange={({ currentTarget }) => change({ enabled: currentTarget.checked })}
        />
        {w.enabled}
      </label>
    </div>
  );
}
