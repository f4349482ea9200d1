import { useChange } from "../../api/queries";
import type { Schemas } from "../../api/types";
import { ConfirmDialog } from "../../parts/confirm-dialog";
import { useFormats } from "../../words/formats";
import { useWords } from "../../words/language";
import { AUDIT, DEAD_LETTERS } from "./paths";
import type { Letter } from "./dead-letters-table";
import { OPERATIONS_WORDS } from "./words";

interface DialogProps {
  /** Told what has happened. */
  onDone: (sentence: string) => void;
  onClose: () => void;
}

const STALE = [DEAD_LETTERS, AUDIT] as const;

export function ReplayAllDialog({ onDone, onClose }: DialogProps) {
  const words = useWords(OPERATIONS_WORDS);
  const replay = useChange<Schemas["Replayed"]>("POST", STALE);
  const confirm = (): void =>
    replay.mutate(
      { path: `${DEAD_LETTERS}/replay` },
      {
        onSuccess: ({ replayed }) => {
          onDone(words.replayed(replayed.length));
          onClose();
        },
      },
    );
  return (
    <ConfirmDialog
      open
      title={words.replayAllTitle}
      confirm={words.replayAll}
      busy={replay.isPending}
      error={replay.error}
      onConfirm={confirm}
      onClose={onClose}
    >
      {words.replayAllText}
    </ConfirmDialog>
  );
}

export function DropDialog({ letter, onDone, onClose }: DialogProps & { letter: Letter }) {
  const words = useWords(OPERATIONS_WORDS);
  const { shortDateTime } = useFormats();
  const drop = useChange("DELETE", STALE);
  const confirm = (): void =>
    drop.mutate(
      { path: `${DEAD_LETTERS}/${letter.id}` },
      {
        onSuccess: () => {
          onDone(words.dropped);
          onClose();
        },
      },
    );
  return (
    <ConfirmDialog
      open
      title={words.dropTitle}
      confirm={words.drop}
      danger
      busy={drop.isPending}
      error={drop.error}
      onConfirm={confirm}
      onClose={onClose}
    >
      {words.dropText(shortDateTime(letter.createdAt))}
    </ConfirmDialog>
  );
}
