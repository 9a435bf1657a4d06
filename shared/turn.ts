/** Turns of the event loop, so that long work lets all else have its own. */

/** Resolves when everything that waits has had its turn. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => void setImmediate(resolve));
}
