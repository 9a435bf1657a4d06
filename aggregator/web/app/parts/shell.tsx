/** What stands around every page: where one is, where one can go, and whether it is live. */
import type { ComponentChildren } from "preact";
import { counts } from "../live/rows.ts";
import { link } from "../live/stream.ts";
import { segments } from "../router.ts";
import { mayWrite, session, signOut } from "../session.ts";
import { theme } from "../settings.ts";
import { language, LANGUAGES, words } from "../words/words.ts";
import { Icon, ICONS } from "./basics.tsx";

const PAGES = [
  { id: "overview", path: "/" },
  { id: "matrix", path: "/matrix" },
  { id: "mesh", path: "/mesh" },
  { id: "incidents", path: "/incidents" },
  { id: "settings", path: "/settings" },
] as const;

/** The mark of the product: three witnesses, two of which agree. */
export function Brand() {
  return (
    <a class="brand" href="/">
      <svg width="22" height="22" viewBox="0 0 32 32" aria-hidden="true">
        <rect width="32" height="32" rx="9" class="brand-ground" />
        <circle cx="16" cy="9.5" r="4" />
        <circle cx="9" cy="21.5" r="4" />
        <circle cx="23" cy="21.5" r="3" class="brand-open" />
      </svg>
      Quorate
    </a>
  );
}

/** The page with everything around it. */
export function Shell({ children }: { children: ComponentChildren }) {
  const { nav } = words.value;
  return (
    <div class="shell">
      <a class="skip" href="#main">
        {nav.skip}
      </a>
      <aside class="side">
        <Brand />
        <Nav />
        <div class="side-foot">
          <LinkState />
          <Preferences />
          <Person />
        </div>
      </aside>
      <main id="main" tabIndex={-1}>
        {link.value === "lost" && <LostBanner />}
        {children}
      </main>
    </div>
  );
}

function Nav() {
  const { nav } = words.value;
  const [first = ""] = segments.value;
  const here = first === "targets" || first === "" ? "overview" : first;
  const { down } = counts.value;
  return (
    <nav aria-label={nav.main}>
      {PAGES.map(({ id, path }) => (
        <a key={id} href={path} class="nav-link" aria-current={here === id ? "page" : undefined}>
          <Icon d={ICONS[id]} />
          <span>{nav[id]}</span>
          {id === "overview" && down > 0 && <span class="nav-count">{down}</span>}
        </a>
      ))}
    </nav>
  );
}

function LinkState() {
  const text = words.value.link[link.value];
  return (
    <div class="side-line">
      <p class={`link-state l-${link.value}`} role="status">
        <span class="link-dot" aria-hidden="true" />
        {text}
      </p>
      <a class="text-button" href="/docs">
        {words.value.nav.apiDocs}
      </a>
    </div>
  );
}

function LostBanner() {
  const { lost, lostHelp } = words.value.link;
  return (
    <div class="banner">
      <strong>{lost}.</strong> {lostHelp}
    </div>
  );
}

/** Colours and language. */
export function Preferences() {
  const w = words.value;
  return (
    <div class="preferences">
      <select
        aria-label={w.theme.label}
        value={theme.value}
        onChange={({ currentTarget: { value } }) => {
          theme.value = value === "dark" || value === "light" ? value : "auto";
        }}
      >
        <option value="auto">{w.theme.auto}</option>
        <option value="light">{w.theme.light}</option>
        <option value="dark">{w.theme.dark}</option>
      </select>
      <select
        aria-label={w.language}
        value={language.value}
        onChange={({ currentTarget: { value } }) => {
          language.value = value === "de" || value === "zh" ? value : "en";
        }}
      >
        {Object.entries(LANGUAGES).map(([code, name]) => (
          <option key={code} value={code} lang={code}>
            {name}
          </option>
        ))}
      </select>
    </div>
  );
}

/** Who is signed in, and the way out. */
export function Person() {
  const now = session.value;
  const w = words.value.signIn;
  if (!now) return null;
  return (
    <div class="person">
      <span class="soft" title={mayWrite() ? "" : w.readOnlyHelp}>
        {mayWrite() ? w.as(now.who, now.scope) : w.as(now.who, w.readOnly)}
      </span>
      <button type="button" class="text-button" onClick={() => void signOut()}>
        {w.out}
      </button>
    </div>
  );
}
