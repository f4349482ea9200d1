import type { FormEvent, ReactNode } from "react";
import type { Problem as Trouble } from "../../api/problem";
import { Button } from "../../parts/button";
import { Dialog, Field } from "../../parts/dialog";
import { Problem } from "../../parts/panel-states";
import { usePartsWords } from "../../parts/words";
import { useWords } from "../../words/language";
import styles from "./operations.module.css";
import { OPERATIONS_WORDS } from "./words";

interface MakingDialogProps {
  title: string;
  /** On the button; left out: "Create". */
  act?: string;
  busy: boolean;
  error: Trouble | null;
  /** The fields that say themselves what is wrong with them. */
  fields: readonly string[];
  onMake: () => void;
  onClose: () => void;
  /** What was made, in place of the form. */
  made?: ReactNode;
  children: ReactNode;
}

/** A form in a dialog; once it is sent, what came of it. */
export function MakingDialog(props: MakingDialogProps) {
  const { title, act, busy, error, fields, onMake, onClose, made, children } = props;
  const words = useWords(OPERATIONS_WORDS);
  const partsWords = usePartsWords();
  const send = (event: FormEvent): void => {
    event.preventDefault();
    onMake();
  };
  const footer = made ? (
    <Button look="primary" onClick={onClose}>
      {words.done}
    </Button>
  ) : (
    <>
      <Button onClick={onClose}>{partsWords.cancel}</Button>
      <Button type="submit" form="making" look="primary" disabled={busy}>
        {act ?? words.make}
      </Button>
    </>
  );
  return (
    <Dialog open onClose={onClose} title={title} footer={footer}>
      {made ?? (
        <form id="making" className={styles["form"]} onSubmit={send}>
          {children}
          {error && !fields.includes(error.field ?? "") && (
            <Problem sentence={partsWords.notDone} error={error} />
          )}
        </form>
      )}
    </Dialog>
  );
}

interface RoleFieldProps {
  roles: readonly ("viewer" | "admin" | "tracker")[];
  value: string;
  onChange: (role: string) => void;
}

export function RoleField({ roles, value, onChange }: RoleFieldProps) {
  const words = useWords(OPERATIONS_WORDS);
  return (
    <Field label={words.role}>
      {(id) => (
        <select id={id} value={value} onChange={(event) => onChange(event.target.value)}>
          {roles.map((role) => (
            <option key={role} value={role}>
              {words.roleTold[role]}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}

/** What the API says is wrong with a field. */
export const wrong = (error: Trouble | null, field: string): string | undefined =>
  error?.field === field ? error.detail : undefined;
