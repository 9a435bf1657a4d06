/** Settings: who is told, what is not said, who may do what. */
import { PageHead } from "../../parts/basics.tsx";
import { Person, Preferences } from "../../parts/shell.tsx";
import { segments } from "../../router.ts";
import { words } from "../../words/words.ts";
import { ChannelsTab } from "./channels.tsx";
import { MaintenanceTab } from "./maintenance.tsx";
import { RoutesTab } from "./routes.tsx";
import { SilencesTab } from "./silences.tsx";
import { StatusPagesTab } from "./status-pages.tsx";
import { TokensTab } from "./tokens.tsx";

const TABS = {
  channels: ChannelsTab,
  routes: RoutesTab,
  silences: SilencesTab,
  maintenance: MaintenanceTab,
  statusPages: StatusPagesTab,
  tokens: TokensTab,
  browser: BrowserTab,
} as const;

const NAMES = [
  "channels",
  "routes",
  "silences",
  "maintenance",
  "statusPages",
  "tokens",
  "browser",
] as const;

/** The last part of a tab's address. */
const addressOf = (name: string): string => (name === "statusPages" ? "status-pages" : name);

/** The page. */
export function SettingsPage() {
  const w = words.value.settings;
  const here = NAMES.find((name) => addressOf(name) === segments.value[1]) ?? "channels";
  const Tab = TABS[here];
  return (
    <div class="page">
      <PageHead title={w.title} />
      <nav class="tabs" aria-label={w.title}>
        {NAMES.map((name) => (
          <a
            key={name}
            href={`/settings/${addressOf(name)}`}
            aria-current={name === here ? "page" : undefined}
          >
            {w.tabs[name]}
          </a>
        ))}
      </nav>
      <Tab />
    </div>
  );
}

function BrowserTab() {
  return (
    <section class="panel form">
      <p class="soft">{words.value.settings.browser.help}</p>
      <Preferences />
      <Person />
    </section>
  );
}
