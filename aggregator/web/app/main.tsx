/** Starts the page. */
import { render } from "preact";
import { App } from "./app.tsx";
import { startClock } from "./clock.ts";
import { startGlances } from "./live/glances.ts";
import { startLive } from "./live/live.ts";
import { startPageTitle } from "./page-title.ts";
import { startRouter } from "./router.ts";
import { startSession } from "./session.ts";
import { startTheme } from "./settings.ts";
import { startWords } from "./words/words.ts";

startTheme();
startWords();
startClock();
startRouter();
startPageTitle();
startGlances();
startLive();
const ground = document.querySelector("#app");
if (ground !== null) render(<App />, ground);
void startSession();
