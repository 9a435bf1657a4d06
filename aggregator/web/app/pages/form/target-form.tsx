/** The form of a target: made from the schema of its kind. */
import { useState } from "preact/hooks";
import type { ApiPage } from "../../../../../shared/api/common.ts";
import type { ApiKind } from "../../../../../shared/api/kind.ts";
import type { Problem } from "../../../../../shared/api/problem.ts";
import type { ApiTarget } from "../../../../../shared/api/target.ts";
import { ApiFault, ask, pathOf, sentenceOf } from "../../api.ts";
import { useAsk } from "../../live/use-ask.ts";
import { Button, PageHead, Panel, Trouble } from "../../parts/basics.tsx";
import { go } from "../../router.ts";
import { words } from "../../words/words.ts";
import { fieldsOf } from "./json-schema.ts";
import { SchemaFields } from "./schema-form.tsx";
import type { FormContext } from "./schema-form.tsx";
import { Basics, When } from "./target-fields.tsx";
import { bodyOf, draftOf, emptyDraft } from "./target-draft.ts";
import type { Draft } from "./target-draft.ts";

/** The page; null makes a new target. */
export function TargetForm({ target }: { target: ApiTarget | null }) {
  const kinds = useAsk<ApiPage<ApiKind>>("/kinds");
  if (kinds.data === null) {
    if (kinds.trouble !== "") return <Trouble text={kinds.trouble} />;
    return <p class="loading">{words.value.common.loading}</p>;
  }
  return <Form target={target} kinds={kinds.data.items} />;
}

interface FormState {
  isBusy: boolean;
  trouble: string;
  issues: Problem["issues"];
}

const CALM: FormState = { isBusy: false, trouble: "", issues: [] };

function targetPath(name: string): string {
  return `/targets/${encodeURIComponent(name)}`;
}

/** A draft, and what became of sending it. */
function useForm(target: ApiTarget | null) {
  const w = words.value.form;
  const [draft, setDraft] = useState<Draft>(() =>
    target === null ? emptyDraft() : draftOf(target),
  );
  const [state, setState] = useState<FormState>(CALM);
  const attempt = (deed: () => Promise<string>): void => {
    setState({ ...CALM, isBusy: true });
    deed().then(go, (error: unknown) => {
      const isStale = error instanceof ApiFault && error.status === 412;
      const trouble = isStale ? w.stale : sentenceOf(error);
      setState({ isBusy: false, trouble, issues: error instanceof ApiFault ? error.issues : [] });
    });
  };
  const save = async (): Promise<string> => {
    const body = bodyOf(draft, target);
    if (target === null) await ask("/targets", { method: "POST", body });
    else {
      const ifRevision = target.revision;
      await ask(`/targets${pathOf(target.name)}`, { method: "PUT", body, ifRevision });
    }
    return targetPath(draft.name);
  };
  const remove = async (): Promise<string> => {
    if (target === null || !confirm(w.removeSure(target.name))) return location.pathname;
    await ask(`/targets${pathOf(target.id)}`, { method: "DELETE" });
    return "/";
  };
  return {
    draft,
    state,
    change: (part: Partial<Draft>): void => setDraft((before) => ({ ...before, ...part })),
    save: () => attempt(save),
    remove: () => attempt(remove),
  };
}

function Form({ target, kinds }: { target: ApiTarget | null; kinds: readonly ApiKind[] }) {
  const w = words.value;
  const { draft, state, change, save, remove } = useForm(target);
  const kind = kinds.find((one) => one.kind === draft.kind);
  const context = { issues: state.issues };
  return (
    <form
      class="page form"
      onSubmit={(event) => {
        event.preventDefault();
        save();
      }}
    >
      <PageHead title={target === null ? w.form.create : w.form.edit(target.name)} />
      <Panel title={w.form.basics}>
        <Basics {...{ draft, change, kinds, context, isNew: target === null }} />
        {kind !== undefined && <p class="soft small">{kind.summary}</p>}
      </Panel>
      {kind !== undefined && <Options key={kind.kind} {...{ kind, draft, change, context }} />}
      <Panel title={w.form.when}>
        <When {...{ draft, change, context }} />
      </Panel>
      <Trouble text={state.trouble} />
      <div class="form-foot">
        <Button kind="main" type="submit" disabled={state.isBusy}>
          {target === null ? w.form.createIt : w.common.save}
        </Button>
        <a class="button" href={target === null ? "/" : targetPath(target.name)}>
          {w.common.cancel}
        </a>
        {target !== null && (
          <Button kind="danger" icon="trash" onClick={remove}>
            {w.form.remove}
          </Button>
        )}
      </div>
    </form>
  );
}

interface OptionsProps {
  kind: ApiKind;
  draft: Draft;
  change: (part: Partial<Draft>) => void;
  context: FormContext;
}

/** What the kind can be told. */
function Options({ kind, draft, change, context }: OptionsProps) {
  const w = words.value.form;
  const [filled, setFilled] = useState(0);
  const fillIn = (): void => {
    change({ options: kind.examples[0]?.options ?? {} });
    setFilled(filled + 1);
  };
  const tools = (
    <Button kind="quiet" onClick={fillIn}>
      {w.example}
    </Button>
  );
  return (
    <Panel title={w.options} tools={tools}>
      <SchemaFields
        key={filled}
        fields={fieldsOf(kind.schema)}
        value={draft.options}
        path="options."
        onChange={(options) => change({ options })}
        context={context}
      />
    </Panel>
  );
}
