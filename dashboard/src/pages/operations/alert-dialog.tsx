import { useState } from "react";
import { useChange } from "../../api/queries";
import { Field } from "../../parts/dialog";
import { Segmented } from "../../parts/segmented";
import { AlertState } from "../../parts/status";
import { Switch } from "../../parts/switch";
import { useAlertWords, type Alert } from "./alert-figures";
import { MakingDialog, wrong } from "./making";
import styles from "./operations.module.css";
import { ALERTS, AUDIT } from "./paths";

const HOUR_MS = 3_600_000;
const SILENCES = { h1: HOUR_MS, h8: 8 * HOUR_MS, d1: 24 * HOUR_MS };
const CHOICES = ["keep", "none", "h1", "h8", "d1", "until"] as const;
const NUMBERS = ["threshold", "windowS", "minCount", "holdS"] as const;

type Choice = (typeof CHOICES)[number];
type Numbers = Record<(typeof NUMBERS)[number], string>;

/** Nothing where the silence stays as it is. */
function silenceOf(choice: Choice, until: string): { silencedUntil?: string | null } {
  if (choice === "keep") return {};
  if (choice === "none") return { silencedUntil: null };
  const at = choice === "until" ? new Date(until) : new Date(Date.now() + SILENCES[choice]);
  return { silencedUntil: at.toISOString() };
}

export function AlertDialog({ alert, onClose }: { alert: Alert; onClose: () => void }) {
  const words = useAlertWords();
  const [enabled, setEnabled] = useState(alert.enabled);
  const [numbers, setNumbers] = useState<Numbers>({
    threshold: String(alert.threshold),
    windowS: String(alert.windowS),
    minCount: String(alert.minCount),
    holdS: String(alert.holdS),
  });
  const [choice, setChoice] = useState<Choice>("keep");
  const [until, setUntil] = useState("");
  const set = useChange<Alert>("PUT", [ALERTS, AUDIT]);
  const send = (): void => {
    const told = Object.fromEntries(NUMBERS.map((name) => [name, Number(numbers[name])]));
    const body = { enabled, ...told, ...silenceOf(choice, until) };
    set.mutate({ path: `${ALERTS}/${alert.id}`, body }, { onSuccess: onClose });
  };
  const label = (name: keyof Numbers): string =>
    name === "threshold" ? words.thresholdIn(alert.unit) : words[name];
  return (
    <MakingDialog
      title={words.changeTitle(words.nameOf(alert))}
      act={words.save}
      busy={set.isPending}
      error={set.error}
      fields={[...NUMBERS, "silencedUntil"]}
      onMake={send}
      onClose={onClose}
    >
      <Switch label={words.enabled} checked={enabled} onChange={setEnabled} />
      {NUMBERS.map((name) => (
        <Field key={name} label={label(name)} error={wrong(set.error, name)}>
          {(id, said) => (
            <input
              id={id}
              aria-describedby={said}
              type="number"
              min={0}
              step={name === "threshold" ? "any" : 1}
              required
              value={numbers[name]}
              onChange={(event) => setNumbers({ ...numbers, [name]: event.target.value })}
            />
          )}
        </Field>
      ))}
      <Segmented
        label={words.silence}
        options={CHOICES.map((value) => ({ value, label: words.silences[value] }))}
        value={choice}
        onChange={setChoice}
        small
      />
      {choice === "until" && (
        <Field label={words.until} error={wrong(set.error, "silencedUntil")}>
          {(id, said) => (
            <input
              id={id}
              aria-describedby={said}
              type="datetime-local"
              required
              value={until}
              onChange={(event) => setUntil(event.target.value)}
            />
          )}
        </Field>
      )}
      <History alert={alert} />
    </MakingDialog>
  );
}

function History({ alert: { history, unit } }: { alert: Alert }) {
  const words = useAlertWords();
  if (!history.length) return <p>{words.noHistory}</p>;
  return (
    <section aria-label={words.history}>
      <h3>{words.history}</h3>
      <ul>
        {history.map(({ id, at, state, value, notifiedAt, waits, error }) => (
          <li key={id} title={error ?? undefined}>
            <AlertState state={state}>{words[state]}</AlertState> {words.moment(at)}
            <span className={styles["two"]}>
              {words.written(value, unit)}, {notifiedAt ? words.told : waits ? words.waits : words.untold}
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}
