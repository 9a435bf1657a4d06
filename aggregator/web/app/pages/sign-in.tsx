/** The page for whoever is not signed in. */
import { useState } from "preact/hooks";
import { ApiFault, sentenceOf } from "../api.ts";
import { Button, PageHead, Trouble } from "../parts/basics.tsx";
import { Brand, Preferences } from "../parts/shell.tsx";
import { signIn } from "../session.ts";
import { words } from "../words/words.ts";

/** Asks for a token. */
export function SignInPage() {
  const w = words.value.signIn;
  const [token, setToken] = useState("");
  const [trouble, setTrouble] = useState("");
  const [isBusy, setBusy] = useState(false);

  const submit = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    if (token.trim() === "") return setTrouble(w.empty);
    setBusy(true);
    try {
      await signIn(token.trim());
    } catch (error) {
      const isWrong = error instanceof ApiFault && error.status === 401;
      setTrouble(isWrong ? w.wrong : sentenceOf(error));
    }
    setBusy(false);
  };

  return (
    <main class="sign-in" id="main" tabIndex={-1}>
      <form class="sign-in-card" onSubmit={(event) => void submit(event)}>
        <Brand />
        <PageHead title={w.title} />
        <p class="soft">{w.intro}</p>
        <label class="field">
          <span>{w.token}</span>
          <input
            type="password"
            name="token"
            autocomplete="current-password"
            spellcheck={false}
            placeholder={w.placeholder}
            value={token}
            onInput={({ currentTarget }) => setToken(currentTarget.value)}
          />
        </label>
        <Trouble text={trouble} />
        <Button kind="main" type="submit" disabled={isBusy}>
          {w.button}
        </Button>
        <p class="soft small">
          {w.help} <code>cat .quorate/admin.token</code>
        </p>
      </form>
      <Preferences />
    </main>
  );
}
