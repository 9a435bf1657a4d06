/** Where the time of one look went: name, connect, TLS, first byte, and the rest. */
import type { ApiResult } from "../../../../shared/api/result.ts";
import { latencyText } from "../words/format.ts";
import { words } from "../words/words.ts";

const WIDTH = 96;
const HEIGHT = 8;

/** A bar as long as the look, cut where a phase ends; its title says the same in words. */
export function PhasesBar({ result }: { result: Pick<ApiResult, "latencyUs" | "phases"> }) {
  const { phases, latencyUs } = result;
  if (phases === null || latencyUs === 0) return null;
  const names = words.value.target.phases;
  const { dnsUs, connectUs, tlsUs, firstByteUs } = phases;
  const restUs = Math.max(0, latencyUs - dnsUs - connectUs - tlsUs - firstByteUs);
  const took = { dnsUs, connectUs, tlsUs, firstByteUs, restUs };
  const parts = (["dnsUs", "connectUs", "tlsUs", "firstByteUs", "restUs"] as const)
    .map((phase) => ({ phase, us: took[phase] }))
    .filter(({ us }) => us > 0);
  const title = parts.map(({ phase, us }) => `${names[phase]} ${latencyText(us)}`).join(" · ");
  const scale = WIDTH / Math.max(latencyUs, latencyUs - restUs);
  let fromUs = 0;
  return (
    <svg class="phases" width={WIDTH} height={HEIGHT} role="img" aria-label={title}>
      <title>{title}</title>
      {parts.map(({ phase, us }) => {
        const x = fromUs * scale;
        fromUs += us;
        const width = Math.max(0.5, us * scale - 0.5);
        return <rect key={phase} class={phase} x={x} width={width} height={HEIGHT} rx="1" />;
      })}
    </svg>
  );
}

/** What the colours of the bars stand for. */
export function PhasesKey() {
  const names = words.value.target.phases;
  return (
    <p class="phases-key soft small">
      {(["dnsUs", "connectUs", "tlsUs", "firstByteUs", "restUs"] as const).map((phase) => (
        <span key={phase}>
          <svg width="10" height={HEIGHT} class="phases" aria-hidden="true">
            <rect class={phase} width="10" height={HEIGHT} rx="1" />
          </svg>{" "}
          {names[phase]}
        </span>
      ))}
    </p>
  );
}
