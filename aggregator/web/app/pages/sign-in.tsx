/** The page for whoever is not signed in. */
import { useEffect, useState } from "preact/hooks";
import { ApiFault, askOutside, sentenceOf } from "../api.ts";
import { Button, PageHead, Trouble } from "../parts/basics.tsx";
import { Brand, Preferences } from "../parts/shell.tsx";
import { signIn } from "../session.ts";
import { words } from "../words/words.ts";

interface Methods {
  oidc: { loginPath: string } | null;
}

/** Where single sign-on begins; null where there is none. */
function useSingleSignOn(): string | null {
  const [path, setPath] = useState<string | null>(null);
  useEffect(() => {
    askOutside<Methods>("/auth/methods").then(
      ({ oidc }) => setPath(oidc?.loginPath ?? null),
      // Without an answer there is still the token.
      () => setPath(null),
    );
  }, []);
  return path;
}

/** Asks for a token. */
export function SignInPage() {
  const w = words.value.signIn;
  const [token, setToken] = useState("");
  const [trouble, setTrouble] = useState("");
  const [isBusy, setBusy] = useState(false);
  const singleSignOn = useSingleSignOn();

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
        {singleSignOn !== null && (
          <a class="button" href={singleSignOn}>
            {w.oidc}
          </a>
        )}
        <p class="soft small">
          {w.help} <code>cat .quorate/admin.token</code>
        </p>
      </form>
      <Preferences />
    </main>
  );
}
