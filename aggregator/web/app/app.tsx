/** Which page stands at which path; pages behind the overview are loaded when they are needed. */
import type { ComponentType } from "preact";
import { useEffect, useState } from "preact/hooks";
import { sentenceOf } from "./api.ts";
import { Empty, Trouble } from "./parts/basics.tsx";
import { KeyHelp } from "./parts/help.tsx";
import { Shell } from "./parts/shell.tsx";
import { OverviewPage } from "./pages/overview.tsx";
import { SignInPage } from "./pages/sign-in.tsx";
import { segments } from "./router.ts";
import { loadSession, session, sessionTrouble } from "./session.ts";
import { words } from "./words/words.ts";

type Page = ComponentType;

const LATER: Readonly<Record<string, () => Promise<Page>>> = {
  targets: async () => (await import("./pages/target/target.tsx")).TargetPage,
  matrix: async () => (await import("./pages/matrix.tsx")).MatrixPage,
  mesh: async () => (await import("./pages/mesh/mesh.tsx")).MeshPage,
  incidents: async () => (await import("./pages/incidents/incidents.tsx")).IncidentsPage,
  settings: async () => (await import("./pages/settings/settings.tsx")).SettingsPage,
  start: async () => (await import("./pages/start.tsx")).StartPage,
};

function NotFound() {
  const { common } = words.value;
  return (
    <Empty title={common.notFound} help={common.notFoundHelp}>
      <a href="/">{common.back}</a>
    </Empty>
  );
}

/** A page whose script may have to come first. */
function LaterPage({ name }: { name: string }) {
  const [loaded, setLoaded] = useState<{ name: string; page: Page } | null>(null);
  const [trouble, setTrouble] = useState("");
  const load = LATER[name];
  useEffect(() => {
    let isLeft = false;
    load?.().then(
      (page) => isLeft || setLoaded({ name, page }),
      (error: unknown) => setTrouble(sentenceOf(error)),
    );
    return () => void (isLeft = true);
  }, [name]);
  if (load === undefined) return <NotFound />;
  if (trouble !== "") return <Trouble text={trouble} retry={() => location.reload()} />;
  if (loaded?.name !== name) return <p class="loading">{words.value.common.loading}</p>;
  return <loaded.page />;
}

/** The whole page. */
export function App() {
  const now = session.value;
  if (sessionTrouble.value !== "" && !now) {
    return (
      <main class="sign-in">
        <Trouble text={sessionTrouble.value} retry={() => void loadSession()} />
      </main>
    );
  }
  if (now === undefined) return <p class="loading">{words.value.common.loading}</p>;
  if (now === null) return <SignInPage />;
  const [first = ""] = segments.value;
  return (
    <Shell>
      <KeyHelp />
      {first === "" || first === "sign-in" ? <OverviewPage /> : <LaterPage name={first} />}
    </Shell>
  );
}
