/** All that happened in an incident, in order. */
import type { ApiTimelineEntry } from "../../../../../shared/api/timeline.ts";
import { Icon, ICONS } from "../../parts/basics.tsx";
import { StateMark, VoteMark } from "../../parts/marks.tsx";
import { timeOfDayText, timeText } from "../../words/format.ts";
import { words } from "../../words/words.ts";

const ENTRY_ICONS = {
  opened: "incidents",
  resolved: "check",
  raised: "bell",
  withheld: "bell",
  cleared: "check",
  reminder: "bell",
  escalated: "bell",
  notification: "arrow",
  acknowledged: "check",
  note: "note",
} as const;

/** The entries. */
export function Timeline({ entries }: { entries: readonly ApiTimelineEntry[] }) {
  return (
    <ol class="timeline">
      {entries.map((entry, index) => (
        <Entry key={`${entry.at} ${entry.type} ${index}`} entry={entry} />
      ))}
    </ol>
  );
}

function Entry({ entry }: { entry: ApiTimelineEntry }) {
  const w = words.value.incidents;
  return (
    <li class={`entry e-${entry.type}`}>
      <time class="num soft" dateTime={entry.at} title={timeText(entry.at)}>
        {timeOfDayText(entry.at)}
      </time>
      <span class="entry-mark">
        {entry.type === "transition" ? (
          <StateMark state={entry.to} size={13} />
        ) : (
          <Icon d={ICONS[ENTRY_ICONS[entry.type]]} />
        )}
      </span>
      <div>
        <p class="entry-title">
          {w.kinds[entry.type]} <Extra entry={entry} />
        </p>
        <p>{entry.sentence}</p>
        {entry.type === "transition" && <Votes entry={entry} />}
        {entry.type === "notification" && entry.lastError !== null && (
          <p class="issue small">{entry.lastError}</p>
        )}
      </div>
    </li>
  );
}

function Extra({ entry }: { entry: ApiTimelineEntry }) {
  const w = words.value;
  if (entry.type === "transition") return <span class="soft">{w.states[entry.to]}</span>;
  if (entry.type === "notification") {
    return (
      <span class={`sent sent-${entry.state}`}>
        {entry.channel ?? entry.channelId} · {w.incidents.sent[entry.state]}
      </span>
    );
  }
  const isPerson = entry.type === "note" || entry.type === "acknowledged";
  return isPerson ? <span class="soft">{entry.by}</span> : null;
}

function Votes({ entry }: { entry: Extract<ApiTimelineEntry, { type: "transition" }> }) {
  const w = words.value;
  return (
    <details class="votes">
      <summary>
        {entry.votes.map(({ probeId, probe, vote }) => (
          <VoteMark key={probeId} vote={vote} title={`${probe}: ${w.votes[vote]}`} />
        ))}
        <span class="small soft">{w.incidents.votes}</span>
      </summary>
      <ul>
        {entry.votes.map(({ probeId, probe, region, vote, counted, detail }) => (
          <li key={probeId} class={counted === "counted" ? "" : "not-counted"}>
            <VoteMark vote={vote} title={w.votes[vote]} />
            <span>
              <strong>{probe}</strong> <span class="soft">{region}</span> {w.votes[vote]}
              <span class="soft small under">
                {[detail, counted === "counted" ? "" : counted.replaceAll("_", " ")]
                  .filter(Boolean)
                  .join(" · ")}
              </span>
            </span>
          </li>
        ))}
      </ul>
    </details>
  );
}
