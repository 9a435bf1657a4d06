/** The first start: what there is to do until the mesh watches. */
import type { ApiChannel } from "../../../../shared/api/channel.ts";
import type { ApiPage } from "../../../../shared/api/common.ts";
import { useProbes } from "../live/probes.ts";
import { rows } from "../live/rows.ts";
import { useAsk } from "../live/use-ask.ts";
import { Icon, ICONS, PageHead } from "../parts/basics.tsx";
import { words } from "../words/words.ts";

interface StepProps {
  number: number;
  title: string;
  help: string;
  path: string;
  count: number;
  needed: number;
}

/** The page. */
export function StartPage() {
  const w = words.value.start;
  const probes = useProbes();
  const channels = useAsk<ApiPage<ApiChannel>>("/channels", { everyMs: 5_000 });
  const steps = [
    {
      title: w.probe,
      help: w.probeHelp,
      path: "/mesh?add",
      count: probes.data?.items.length ?? 0,
      needed: 2,
    },
    {
      title: w.target,
      help: w.targetHelp,
      path: "/targets/new",
      count: rows.value.length,
      needed: 1,
    },
    {
      title: w.channel,
      help: w.channelHelp,
      path: "/settings/channels?add",
      count: channels.data?.items.length ?? 0,
      needed: 1,
    },
  ];
  return (
    <div class="page">
      <PageHead title={w.title} />
      <p class="soft">{w.intro}</p>
      <ol class="steps">
        {steps.map((step, index) => (
          <Step key={step.path} number={index + 1} {...step} />
        ))}
      </ol>
      {rows.value.length > 0 && (
        <p>
          <a class="button b-main" href="/">
            {w.finish}
          </a>
        </p>
      )}
    </div>
  );
}

function Step({ number, title, help, path, count, needed }: StepProps) {
  const w = words.value;
  const isDone = count >= needed;
  return (
    <li class={`step${isDone ? " step-done" : ""}`}>
      <span class="step-number" aria-hidden="true">
        {isDone ? <Icon d={ICONS.check} /> : number}
      </span>
      <div>
        <strong>{title}</strong>
        <p class="soft small">{help}</p>
        {count > 0 && <p class="small">{w.start.have(count)}</p>}
      </div>
      <a class={`button${isDone ? "" : " b-main"}`} href={path}>
        {w.common.add}
      </a>
    </li>
  );
}
