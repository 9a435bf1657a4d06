/** Starts programs of the mesh and waits until they can be used. */
import type { Clock } from "../../shared/clock.ts";
import { QuorateError } from "../../shared/errors.ts";
import { describeEnd, logTail } from "./mesh-children.ts";
import type { Child, ChildOptions, Children } from "./mesh-children.ts";

/** Longest time until a program can be used; a busy machine starts eight at once. */
const START_MS_MAX = 30_000;

/** A program that printed where it listens. */
export interface Started {
  child: Child;
  /** Address by the word it was printed with: `http`, `grpc`, `webhook`. */
  addresses: ReadonlyMap<string, string>;
}

/** What to start and which addresses to wait for. */
export interface StartOptions extends ChildOptions {
  /** Words of the lines `word address` that it prints when it listens. */
  wanted: readonly string[];
}

/** Starts a program that listens, and resolves once it printed every address that is wanted. */
export async function startListening(
  children: Children,
  clock: Clock,
  { wanted, ...options }: StartOptions,
): Promise<Started> {
  const addresses = new Map<string, string>();
  let complete = (): void => undefined;
  const printed = new Promise<void>((resolve) => {
    complete = resolve;
  });
  const onLine = (line: string): void => {
    const [word = "", address = ""] = line.split(" ");
    if (wanted.includes(word)) addresses.set(word, address);
    else options.onLine?.(line);
    if (addresses.size === wanted.length) complete();
  };
  const child = await children.start({ ...options, onLine });
  const timer = deadline(clock, child);
  try {
    await Promise.race([printed, timer.passed, child.ended.then(() => failed(child))]);
  } finally {
    timer.cancel();
  }
  return { child, addresses };
}

/** Ends a start that failed with a sentence and the end of the program's log. */
export function failed(child: Child): never {
  throw new QuorateError("internal", failureOf(child));
}

/** How a child ended, with the end of its log. */
function failureOf(child: Child): string {
  const end = child.end();
  const how = end === null ? "does not answer" : describeEnd(end);
  const tail = logTail(child.logFile);
  const log = tail === "" ? "" : `; its log ends with: ${tail}`;
  return `${child.name} ${how} (log: ${child.logFile})${log}`;
}

function deadline(clock: Clock, child: Child): { passed: Promise<never>; cancel: () => void } {
  let cancel = (): void => undefined;
  const passed = new Promise<never>((_, reject) => {
    const timer = clock.after(START_MS_MAX, () => {
      reject(new QuorateError("internal", `After ${START_MS_MAX / 1_000} s ${failureOf(child)}.`));
    });
    cancel = () => timer.cancel();
  });
  return { passed, cancel };
}
