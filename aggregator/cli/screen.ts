/** The terminal as a whole screen: keys one by one, lines at their places, and all of it undone. */

/** What the user of a screen is told. */
export interface ScreenHandlers {
  /** Called with what was typed, as the terminal sends it. */
  onInput(text: string): void;
  /** Called when the terminal has another size, or its content is gone. */
  onResize(): void;
}

/** The whole of a terminal. */
export interface Screen {
  /** Takes the terminal; what it showed comes back with `close`. */
  open(handlers: ScreenHandlers): void;
  /** Draws these lines from the top; only those that differ from what stands there. */
  draw(lines: readonly string[]): void;
  /** Gives the terminal back and stops the process, as Ctrl-Z does; `fg` brings both back. */
  suspend(): void;
  /** Gives the terminal back as it was; again: does nothing. */
  close(): void;
}

/** A terminal and the process that has it. */
export interface ScreenParts {
  write(text: string): void;
  /** True: keys come one by one and nothing is echoed; false: as it was, and nobody reads. */
  setRaw(isRaw: boolean): void;
  /** Calls back on what is typed; gives what ends that. */
  onInput(callback: (text: string) => void): () => void;
  /** Calls back when the size changed; gives what ends that. */
  onResize(callback: () => void): () => void;
  /** Calls back as the last thing the process does, even after an error that nobody caught. */
  onExit(callback: () => void): () => void;
  /** Calls back when the process goes on after it was stopped; gives what ends that. */
  onContinue(callback: () => void): () => void;
  /** Stops the process until somebody lets it go on. */
  stopProcess(): void;
}

/** Alternate screen, cursor hidden, long lines not wrapped (xterm's private modes). */
const ENTER = "\u001b[?1049h\u001b[?25l\u001b[?7l\u001b[2J";
const LEAVE = "\u001b[?7h\u001b[?25h\u001b[?1049l";

/** Between these the terminal shows nothing half drawn; one that does not know them skips them. */
const BEGIN = "\u001b[?2026h";
const END = "\u001b[?2026l";

/** Creates a screen; nothing happens before `open`. */
export function createScreen(terminal: ScreenParts): Screen {
  let handlers: ScreenHandlers | null = null;
  let endings: (() => void)[] = [];
  let shown: readonly string[] = [];
  let isTaken = false;
  const take = (): void => {
    isTaken = true;
    shown = [];
    terminal.setRaw(true);
    terminal.write(ENTER);
  };
  const give = (): void => {
    if (!isTaken) return;
    isTaken = false;
    terminal.write(LEAVE);
    terminal.setRaw(false);
  };
  const onResize = (): void => {
    shown = [];
    terminal.write("\u001b[2J");
    handlers?.onResize();
  };
  const onContinue = (): void => {
    take();
    handlers?.onResize();
  };
  return {
    open: (told) => {
      handlers = told;
      endings = [
        terminal.onInput((text) => told.onInput(text)),
        terminal.onResize(onResize),
        terminal.onExit(give),
        terminal.onContinue(onContinue),
      ];
      take();
    },
    draw: (lines) => {
      if (!isTaken) return;
      // Cleared before and not after: behind the last column, clearing would take that one.
      const changed = lines.flatMap((line, at) =>
        line === shown[at] ? [] : [`\u001b[${at + 1};1H\u001b[2K${line}\u001b[0m`],
      );
      if (changed.length > 0) terminal.write(`${BEGIN}${changed.join("")}${END}`);
      shown = [...lines];
    },
    suspend: () => {
      give();
      terminal.stopProcess();
    },
    close: () => {
      give();
      handlers = null;
      endings.splice(0).forEach((end) => end());
    },
  };
}

/** The screen of this process; null when it has no terminal to read keys from and to draw on. */
export function processScreen(): Screen | null {
  const { stdin, stdout } = process;
  if (!stdin.isTTY || !stdout.isTTY) return null;
  return createScreen({
    write: (text) => void stdout.write(text),
    setRaw: (isRaw) => {
      stdin.setRawMode(isRaw);
      if (isRaw) stdin.resume();
      else stdin.pause();
    },
    onInput: (callback) => {
      const listener = (chunk: string | Buffer): void => callback(chunk.toString());
      // Characters of several bytes come whole.
      stdin.setEncoding("utf8").on("data", listener);
      return () => void stdin.off("data", listener);
    },
    onResize: (callback) => {
      stdout.on("resize", callback);
      return () => void stdout.off("resize", callback);
    },
    onExit: (callback) => {
      process.on("exit", callback);
      return () => void process.off("exit", callback);
    },
    onContinue: (callback) => {
      process.on("SIGCONT", callback);
      return () => void process.off("SIGCONT", callback);
    },
    stopProcess: () => void process.kill(process.pid, "SIGSTOP"),
  });
}
