/** Everybody looks now: the answers appear as they come. */
import { useEffect, useState } from "preact/hooks";
import type { ApiPage } from "../../../../../shared/api/common.ts";
import type { ApiResult } from "../../../../../shared/api/result.ts";
import type { ApiRun, ApiTarget } from "../../../../../shared/api/target.ts";
import { ask, pathOf, sentenceOf } from "../../api.ts";
import { clock } from "../../clock.ts";
import { Dialog } from "../../parts/dialog.tsx";
import { Trouble } from "../../parts/basics.tsx";
import { latencyText } from "../../words/format.ts";
import { words } from "../../words/words.ts";
import { ResultMark } from "./result-mark.tsx";

/** Time between two looks for answers. */
const LOOK_MS = 300;
/** Time beyond the target's timeout after which no answer is waited for. */
const PATIENCE_MS = 15_000;

interface Running {
  asked: ApiRun["vantages"];
  answers: ReadonlyMap<string, ApiResult>;
  isOver: boolean;
  trouble: string;
}

const NOTHING: Running = { asked: [], answers: new Map(), isOver: false, trouble: "" };

/** Asks everybody, then looks for the answers until all are there; returns what stops it. */
function startRun(target: ApiTarget, show: (running: Running) => void): () => void {
  let running = NOTHING;
  let isStopped = false;
  const put = (change: Partial<Running>): void => {
    running = { ...running, ...change };
    if (!isStopped) show(running);
  };
  const follow = async (): Promise<void> => {
    const path = `/targets${pathOf(target.id)}`;
    const [newest] = (await ask<ApiPage<ApiResult>>(`${path}/results`, { query: { limit: 1 } }))
      .items;
    const run = await ask<ApiRun>(`${path}/run`, { method: "POST" });
    put({ asked: run.vantages });
    const endMs = clock.monoMs() + target.timeoutMs + PATIENCE_MS;
    const from = newest === undefined ? undefined : Date.parse(newest.receivedAt);
    while (!isStopped && running.answers.size < run.vantages.length && clock.monoMs() < endMs) {
      await new Promise<void>((resolve) => void clock.after(LOOK_MS, resolve));
      const query = { from, limit: 200 };
      const page = await ask<ApiPage<ApiResult>>(`${path}/results`, { query });
      const fresh = page.items.filter((result) => isFresh(result, newest)).reverse();
      put({ answers: new Map(fresh.map((result) => [result.probeId, result])) });
    }
    put({ isOver: true });
  };
  follow().catch((error: unknown) => put({ isOver: true, trouble: sentenceOf(error) }));
  return () => void (isStopped = true);
}

/** Whether an answer came after the newest that was there before. */
function isFresh(result: ApiResult, before: ApiResult | undefined): boolean {
  return before === undefined || Date.parse(result.receivedAt) > Date.parse(before.receivedAt);
}

/** The dialog. */
export function RunDialog({ target, onClose }: { target: ApiTarget; onClose: () => void }) {
  const w = words.value.target;
  const [running, show] = useState<Running>(NOTHING);
  useEffect(() => startRun(target, show), [target.id]);
  const { asked, answers, isOver, trouble } = running;
  return (
    <Dialog title={w.runTitle} onClose={onClose}>
      <Trouble text={trouble} />
      <p class="soft">{isOver && asked.length === 0 ? w.runNobody : w.runAsked(asked.length)}</p>
      <ul class="run-list" aria-live="polite">
        {asked.map(({ probeId, probe }) => {
          const answer = answers.get(probeId);
          return (
            <li key={probeId}>
              <strong>{probe}</strong>
              {answer === undefined ? (
                <span class="soft">{isOver ? w.runLate : w.runWaiting}</span>
              ) : (
                <span class="run-answer">
                  <ResultMark result={answer} /> {w.classes[answer.class]}
                  <span class="num">{latencyText(answer.latencyUs)}</span>
                  {answer.detail !== "" && <span class="soft small under">{answer.detail}</span>}
                </span>
              )}
            </li>
          );
        })}
      </ul>
    </Dialog>
  );
}
