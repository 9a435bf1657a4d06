/** What withholds an alert before it is grouped, and who is told of the rest. */
import { isoTime } from "../../shared/clock.ts";
import { destinationsOf } from "../../shared/route.ts";
import type { RouteDestination } from "../../shared/route.ts";
import { silenceOf } from "../../shared/silence.ts";
import type { Silence } from "../../shared/silence.ts";
import { withhold } from "./draft.ts";
import type { Candidate, Draft } from "./draft.ts";
import { ALWAYS_TOLD } from "./subscribing.ts";

/** The fold holds it: a bad parent, maintenance, flapping, or a blind mesh. */
export function withholdHeld({ candidates }: Draft): void {
  for (const candidate of candidates) {
    const { alert, carries } = candidate;
    if (alert?.change !== "withheld" || !carries) continue;
    withhold(candidate, `Withheld because ${alert.reason}.`);
  }
}

/**
 * A silence covers it. The end of an alert is never silenced: who was told of it is told that it is
 * over. Nor are transitions that a channel asks for by name, which carry no alert.
 */
export function withholdSilenced({ input, candidates }: Draft): void {
  const { silences = [] } = input;
  if (silences.length === 0) return;
  for (const candidate of candidates) {
    const { event, alert, facts } = candidate;
    const isAlert = alert?.change === "raised" || ALWAYS_TOLD[event.type] !== undefined;
    if (!isAlert || candidate.state === "withheld") continue;
    const silence = silenceOf(silences, facts, Date.parse(event.timestamp));
    if (!silence) continue;
    candidate.silenced = true;
    withhold(candidate, silencedReason(silence));
  }
}

/** Why something is withheld by a silence, as a sentence. */
export function silencedReason({ id, spec }: Silence): string {
  const until = isoTime(spec.endsAtMs).slice(0, 16).replace("T", " ");
  return `Withheld because ${spec.author} silenced it until ${until} UTC (${id}): ${spec.comment}`;
}

/**
 * Sends the rest where the tree says. A channel that names its events gets those whatever the
 * routes say, and the end of an alert goes to those who were told of it, wherever they stand now.
 */
export function routeRest(draft: Draft): void {
  const { routes = null } = draft.input;
  const memo = new Map<object, RouteDestination[]>();
  const placesOf = ({ event, facts }: Candidate): RouteDestination[] => {
    if (!routes) return [];
    const known = memo.get(event);
    const atMs = Date.parse(event.timestamp);
    const places = known ?? destinationsOf(routes, { facts, atMs }) ?? [];
    memo.set(event, places);
    return places;
  };
  // A replay gives many steps at once: the alert may stand in the draft of its end.
  const raised = new Set<string>();
  draft.candidates = draft.candidates.filter((candidate) => {
    const { asked, alert, channel } = candidate;
    const key = `${alert?.incidentId} ${channel.id}`;
    if (alert?.change === "cleared") return asked || raised.has(key) || isTold(draft, candidate);
    const place = placesOf(candidate).find(({ channels }) => channels.includes(channel.spec.name));
    if (place && !asked) candidate.manner = place.manner;
    const isKept = !routes || asked || place !== undefined;
    if (isKept && alert?.change === "raised") raised.add(key);
    return isKept;
  });
}

/** Whether a channel was told of the alert whose end this is, or will be. */
function isTold({ book }: Draft, { alert, channel }: Candidate): boolean {
  const incidentId = alert?.incidentId ?? "";
  return [...(book.told.get(incidentId) ?? [])].some((audience) => {
    const told = book.reminders.get(audience)?.[incidentId]?.channels ?? [];
    const known = book.audiences.get(audience)?.channels ?? [];
    return known.includes(channel.id) || told.includes(channel.id);
  });
}
