/** Answers of the API in a component: asked for when shown, and again when they may differ. */
import type { Signal } from "@preact/signals";
import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { ask, sentenceOf } from "../api.ts";
import type { AskOptions } from "../api.ts";
import { calmly, clock } from "../clock.ts";
import { gaps, onLiveEvent } from "./live.ts";
import type { LiveEvent } from "./live.ts";

/** What an answer depends on beside its path. */
export interface UseAskOptions {
  query?: AskOptions["query"];
  /** Asked again so often while the page is shown; absent: never. */
  everyMs?: number;
  /** Asked again after such an event. */
  after?: (event: LiveEvent) => boolean;
}

/** An answer. */
export interface Asked<Answer> {
  /** Null until it came; the last one stays while it is asked for again. */
  data: Answer | null;
  /** Why there is none; empty when there is. */
  trouble: string;
  reload: () => Promise<void>;
}

/** Two events at once are one reason to ask. */
const CALM_MS = 60;

/** Asks for a path; null asks for nothing. */
export function useAsk<Answer>(path: string | null, options: UseAskOptions = {}): Asked<Answer> {
  const key = path === null ? null : `${path} ${JSON.stringify(options.query ?? {})}`;
  const [held, hold] = useState<{ key: string | null; data: Answer | null; trouble: string }>({
    key: null,
    data: null,
    trouble: "",
  });
  const now = useRef({ key, options });
  now.current = { key, options };

  const reload = useCallback(async (): Promise<void> => {
    if (path === null) return;
    try {
      const query = now.current.options.query ?? {};
      const data = await ask<Answer>(path, { query });
      if (now.current.key === key) hold({ key, data, trouble: "" });
    } catch (error) {
      const trouble = sentenceOf(error);
      if (now.current.key === key) hold((before) => ({ ...before, trouble }));
    }
  }, [key]);

  useEffect(() => {
    void reload();
    const soon = calmly(CALM_MS, () => void reload());
    const { everyMs } = now.current.options;
    const timer =
      everyMs === undefined
        ? null
        : clock.every(everyMs, () => document.visibilityState === "visible" && void reload());
    const forget = [onLiveEvent((event) => now.current.options.after?.(event) === true && soon())];
    forget.push(onChange(gaps, soon));
    return () => {
      timer?.cancel();
      for (const one of forget) one();
    };
  }, [reload]);
  return { data: held.key === key ? held.data : null, trouble: held.trouble, reload };
}

function onChange(watched: Signal<number>, call: () => void): () => void {
  let isFirst = true;
  return watched.subscribe(() => {
    if (!isFirst) call();
    isFirst = false;
  });
}

/** A deed of a button: whether it runs, and what went wrong. */
export function useDeed(): {
  isBusy: boolean;
  trouble: string;
  run: (deed: () => Promise<unknown>) => void;
} {
  const [state, setState] = useState({ isBusy: false, trouble: "" });
  const run = (deed: () => Promise<unknown>): void => {
    setState({ isBusy: true, trouble: "" });
    deed().then(
      () => setState({ isBusy: false, trouble: "" }),
      (error: unknown) => setState({ isBusy: false, trouble: sentenceOf(error) }),
    );
  };
  return { ...state, run };
}
