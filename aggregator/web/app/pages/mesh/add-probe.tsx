/** A new probe: named, then started with one command at its place. */
import { useState } from "preact/hooks";
import type { z } from "zod";
import type { ApiProbe, probeCreatedSchema } from "../../../../../shared/api/probe.ts";
import { ask } from "../../api.ts";
import { useDeed } from "../../live/use-ask.ts";
import { Button, CopyButton, Trouble } from "../../parts/basics.tsx";
import { Dialog } from "../../parts/dialog.tsx";
import { words } from "../../words/words.ts";

type Created = z.output<typeof probeCreatedSchema>;

/** The dialog; `probes` tells when the new one is there. */
export function AddProbeDialog(props: { probes: readonly ApiProbe[]; onClose: () => void }) {
  const w = words.value.mesh;
  const [created, setCreated] = useState<Created | null>(null);
  return (
    <Dialog title={w.addTitle} onClose={props.onClose}>
      {created === null ? (
        <NameProbe onCreated={setCreated} />
      ) : (
        <JoinProbe created={created} probes={props.probes} />
      )}
    </Dialog>
  );
}

function NameProbe({ onCreated }: { onCreated: (created: Created) => void }) {
  const w = words.value;
  const [place, setPlace] = useState({ name: "", region: "", zone: "" });
  const deed = useDeed();
  const create = async (): Promise<void> => {
    const zone = place.zone === "" ? place.name : place.zone;
    const body = { ...place, zone };
    onCreated(await ask<Created>("/probes", { method: "POST", body }));
  };
  return (
    <form
      class="fields"
      onSubmit={(event) => {
        event.preventDefault();
        deed.run(create);
      }}
    >
      <p class="soft">{w.mesh.addHelp}</p>
      {(["name", "region", "zone"] as const).map((field) => (
        <label class="field" key={field}>
          <span>{w.common[field]}</span>
          <input
            type="text"
            autocomplete="off"
            required={field !== "zone"}
            value={place[field]}
            onInput={({ currentTarget }) => setPlace({ ...place, [field]: currentTarget.value })}
          />
          {field === "zone" && <span class="soft small">{w.mesh.zoneHelp}</span>}
        </label>
      ))}
      <Trouble text={deed.trouble} />
      <Button kind="main" type="submit" disabled={deed.isBusy}>
        {w.mesh.add}
      </Button>
    </form>
  );
}

function JoinProbe({ created, probes }: { created: Created; probes: readonly ApiProbe[] }) {
  const w = words.value.mesh;
  const now = probes.find(({ id }) => id === created.probe.id);
  return (
    <div class="fields">
      <p>{w.created}:</p>
      <pre class="command">{created.join}</pre>
      <div class="form-foot">
        <CopyButton text={created.join} />
      </div>
      <p class="soft small">{w.createdHelp}</p>
      <p role="status">{now?.status.connected === true ? w.joined : w.waiting}</p>
    </div>
  );
}
