/** The kinds by which a configuration is checked, as the command is given them. */
import type { ConfigKinds } from "../../aggregator/cli/config/check.ts";
import { prepareNotifier } from "../../aggregator/notifiers/index.ts";
import { describeKinds, prepareCheck } from "../../probe/checks/index.ts";

/** The real kinds of check and of channel. */
export function configKinds(): ConfigKinds {
  return {
    target: (kind, options) => prepareCheck(kind, options),
    channel: (kind, options) => prepareNotifier(kind, options, { exec: true }),
    checks: describeKinds(),
  };
}
