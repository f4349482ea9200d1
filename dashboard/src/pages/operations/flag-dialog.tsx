import { useState } from "react";
import { useChange } from "../../api/queries";
import type { Schemas } from "../../api/types";
import { Field } from "../../parts/dialog";
import { Switch } from "../../parts/switch";
import { useWords } from "../../words/language";
import { FLAG_WORDS } from "./flag-words";
import { MakingDialog, wrong } from "./making";
import { AUDIT, FLAGS } from "./paths";

const FULL = 100;

export function FlagDialog({ flag, onClose }: { flag: Schemas["SetFlag"]; onClose: () => void }) {
  const words = useWords(FLAG_WORDS);
  const [enabled, setEnabled] = useState(flag.enabled);
  const [percentage, setPercentage] = useState(String(flag.percentage));
  const set = useChange<Schemas["SetFlag"]>("PUT", [FLAGS, AUDIT]);
  const send = (): void =>
    set.mutate(
      { path: `${FLAGS}/${flag.key}`, body: { enabled, percentage: Number(percentage) } },
      { onSuccess: onClose },
    );
  const enable = (on: boolean): void => {
    setEnabled(on);
    // Whoever switches on what nobody had wants it for all.
    if (on && Number(percentage) === 0) setPercentage(String(FULL));
  };
  return (
    <MakingDialog
      title={words.changeTitle(flag.key)}
      act={words.save}
      busy={set.isPending}
      error={set.error}
      fields={["percentage"]}
      onMake={send}
      onClose={onClose}
    >
      <Switch label={words.enabled} checked={enabled} onChange={enable} />
      <Field label={words.percentage} error={wrong(set.error, "percentage")}>
        {(id, said) => (
          <input
            id={id}
            aria-describedby={said}
            type="number"
            inputMode="numeric"
            min={0}
            max={FULL}
            step={1}
            required
            value={percentage}
            onChange={(event) => setPercentage(event.target.value)}
          />
        )}
      </Field>
    </MakingDialog>
  );
}
