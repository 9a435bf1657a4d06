/** Commands of `--allow-exec`: a name and the words of a command line; no shell reads them. */
import { InvalidArgumentError } from "commander";

/** Commands by name: program and arguments. */
type Commands = ReadonlyMap<string, readonly string[]>;

const NAME = /^([A-Za-z0-9._-]{1,100})=(.+)$/s;
const EXPECTED =
  "Expected NAME=COMMAND…, such as disk=/usr/lib/nagios/plugins/check_disk -w 10%; " +
  "names of letters, digits, '.', '_', '-'.";

/** Adds one command to those before; a name may be given once. */
export function collectCommand(text: string, before?: Commands): Commands {
  const [, name = "", line = ""] = NAME.exec(text) ?? [];
  const words = wordsOf(line);
  if (name === "" || words.length === 0) throw new InvalidArgumentError(EXPECTED);
  if (before?.has(name) === true) {
    throw new InvalidArgumentError(`Expected each name once; ${name} is given twice.`);
  }
  return new Map([...(before ?? []), [name, words]]);
}

/** Splits at spaces, but for those inside quotes; `\` takes the next character as it is. */
function wordsOf(line: string): string[] {
  const words: string[] = [];
  let word: string | undefined;
  let quote = "";
  for (let at = 0; at < line.length; at += 1) {
    const character = line.charAt(at);
    if (character === "\\" && quote !== "'") {
      at += 1;
      word = (word ?? "") + line.charAt(at);
    } else if (quote === "" ? /["']/.test(character) : character === quote) {
      quote = quote === "" ? character : "";
      word ??= "";
    } else if (quote === "" && /\s/.test(character)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else {
      word = (word ?? "") + character;
    }
  }
  if (quote !== "") throw new InvalidArgumentError(`Expected a closing ${quote} in ${line}.`);
  if (word !== undefined) words.push(word);
  return words;
}
