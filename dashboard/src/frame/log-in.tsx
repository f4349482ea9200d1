import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState, type FormEvent, type ReactNode } from "react";
import { change } from "../api/client";
import { setMe, useMe, type Me } from "../api/me";
import { Problem as Trouble } from "../api/problem";
import { Button } from "../parts/button";
import { Field } from "../parts/dialog";
import { Problem } from "../parts/panel-states";
import { useFormats } from "../words/formats";
import { useWords } from "../words/language";
import { LanguageChoice } from "./language-choice";
import styles from "./log-in.module.css";
import { PageHeading } from "./page-heading";
import { FRAME_WORDS, type FrameWords } from "./words";

/** Shows the login form, at the same address, to who is not logged in. */
export function LogInGate({ children }: { children: ReactNode }) {
  const words = useWords(FRAME_WORDS);
  const me = useMe();
  if (me.data) return children;
  if (me.isPending) return <div aria-busy="true" />;
  if (me.error)
    return (
      <main className={styles["gate"]}>
        <Problem sentence={words.away} error={me.error} onRetry={() => void me.refetch()} />
      </main>
    );
  return <LogIn />;
}

function LogIn() {
  const words = useWords(FRAME_WORDS);
  const { duration } = useFormats();
  const client = useQueryClient();
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  const logIn = useMutation<Me, Trouble>({
    mutationFn: () => change<Me>("POST", "/api/admin/login", null, { email, password }),
    onSuccess: (me) => setMe(client, me),
  });
  const send = (event: FormEvent): void => {
    event.preventDefault();
    logIn.mutate();
  };
  return (
    <main className={styles["gate"]}>
      <PageHeading question={words.logInQuestion} title={words.logIn} answer={words.logInAnswer} />
      <form className={styles["form"]} onSubmit={send}>
        <Field label={words.email}>
          {(id) => (
            <input
              id={id}
              name="email"
              autoComplete="username"
              autoCapitalize="none"
              spellCheck={false}
              required
              autoFocus
              value={email}
              onChange={(event) => setEmail(event.target.value)}
            />
          )}
        </Field>
        <Field label={words.password}>
          {(id) => (
            <input
              id={id}
              name="password"
              type="password"
              autoComplete="current-password"
              required
              value={password}
              onChange={(event) => setPassword(event.target.value)}
            />
          )}
        </Field>
        <p className={styles["wrong"]} role="alert">
          {logIn.error && sentence(logIn.error, words, duration)}
        </p>
        <Button type="submit" look="primary" disabled={logIn.isPending}>
          {words.logIn}
        </Button>
        <LanguageChoice />
      </form>
    </main>
  );
}

function sentence(
  { status, retryAfterS, requestId }: Trouble,
  words: FrameWords,
  duration: (seconds: number) => string,
): string {
  if (status === 401) return words.wrong;
  if (status === 429) return words.tooMany(duration(retryAfterS ?? 60));
  if (status === 0 || status === 503) return words.away;
  return requestId ? `${words.otherTrouble} (${requestId})` : words.otherTrouble;
}
