/** The status pages: what the public is shown, of which targets. */
import { useState } from "preact/hooks";
import type { ApiPage } from "../../../../../shared/api/common.ts";
import type { ApiStatusPage } from "../../../../../shared/api/status-page.ts";
import { ask, pathOf } from "../../api.ts";
import { useAsk, useDeed } from "../../live/use-ask.ts";
import { Button, Empty, Panel, Trouble } from "../../parts/basics.tsx";
import { mayWrite } from "../../session.ts";
import { words } from "../../words/words.ts";

/** The tab. */
export function StatusPagesTab() {
  const w = words.value.settings.statusPages;
  const pages = useAsk<ApiPage<ApiStatusPage>>("/status-pages", { query: { limit: 200 } });
  const items = pages.data?.items ?? [];
  return (
    <>
      {mayWrite() && <StatusPageForm reload={pages.reload} />}
      <Trouble text={pages.trouble} />
      {pages.data !== null && items.length === 0 && <Empty title={w.none} help={w.noneHelp} />}
      {items.length > 0 && (
        <ul class="cards">
          {items.map((page) => (
            <StatusPageCard key={page.id} page={page} reload={pages.reload} />
          ))}
        </ul>
      )}
    </>
  );
}

const EMPTY = { name: "", title: "", labels: "", groupBy: "" };

/** The fields of a new page, in their order. */
const FIELDS = ["name", "title", "labels", "groupBy"] as const;

function StatusPageForm({ reload }: { reload: () => Promise<void> }) {
  const w = words.value.settings.statusPages;
  const [draft, setDraft] = useState(EMPTY);
  const deed = useDeed();
  const create = async (): Promise<void> => {
    const { groupBy, ...rest } = draft;
    const body = { ...rest, ...(groupBy === "" ? {} : { groupBy }) };
    await ask("/status-pages", { method: "POST", body });
    setDraft(EMPTY);
    await reload();
  };
  return (
    <Panel title={w.add}>
      <form
        class="fields four"
        onSubmit={(event) => {
          event.preventDefault();
          deed.run(create);
        }}
      >
        {FIELDS.map((field) => (
          <label class="field" key={field}>
            <span>{w.fields[field]}</span>
            <input
              type="text"
              autocomplete="off"
              required={field === "name" || field === "title"}
              placeholder={field === "labels" ? "public=yes" : ""}
              value={draft[field]}
              onInput={({ currentTarget }) => setDraft({ ...draft, [field]: currentTarget.value })}
            />
          </label>
        ))}
        <Button type="submit" kind="main" disabled={deed.isBusy}>
          {w.add}
        </Button>
      </form>
      <Trouble text={deed.trouble} />
    </Panel>
  );
}

function StatusPageCard(props: { page: ApiStatusPage; reload: () => Promise<void> }) {
  const { page, reload } = props;
  const w = words.value;
  const deed = useDeed();
  const remove = async (): Promise<void> => {
    if (!confirm(w.settings.statusPages.removeSure(page.name))) return;
    await ask(`/status-pages${pathOf(page.id)}`, { method: "DELETE" });
    await reload();
  };
  const { title, path, labels, visibility, hosts } = page;
  return (
    <li class="setting-card">
      <div>
        <p>
          <strong>{title}</strong>{" "}
          <span class="soft">{w.settings.statusPages.visibilities[visibility]}</span>
        </p>
        <p class="soft small">
          <a href={path} target="_blank" rel="noopener">
            {path}
          </a>{" "}
          {[labels, ...hosts].filter(Boolean).join(" · ")}
        </p>
        <Trouble text={deed.trouble} />
      </div>
      {mayWrite() && (
        <Button
          icon="trash"
          aria-label={`${w.common.delete} ${page.name}`}
          title={w.common.delete}
          disabled={deed.isBusy}
          onClick={() => deed.run(remove)}
        />
      )}
    </li>
  );
}
