/** Whether the window is narrow, as on a phone. */
import { useEffect, useState } from "preact/hooks";

const NARROW = "(max-width: 760px)";

/** True while the window is narrow. */
export function useNarrow(): boolean {
  const [isNarrow, setNarrow] = useState(() => matchMedia(NARROW).matches);
  useEffect(() => {
    const query = matchMedia(NARROW);
    const change = (): void => setNarrow(query.matches);
    query.addEventListener("change", change);
    return () => query.removeEventListener("change", change);
  }, []);
  return isNarrow;
}
