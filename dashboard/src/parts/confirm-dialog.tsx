import type { ReactNode } from "react";
import { Button } from "./button";
import { Dialog } from "./dialog";
import { Problem } from "./panel-states";
import { usePartsWords } from "./words";

interface ConfirmDialogProps {
  open: boolean;
  title: string;
  /** The verb on the button: "Erase", "Drop". */
  confirm: string;
  danger?: boolean;
  /** The act is under way. */
  busy?: boolean;
  error?: unknown;
  onConfirm: () => void;
  onClose: () => void;
  children: ReactNode;
}

/** Says what will happen and asks once. */
export function ConfirmDialog(props: ConfirmDialogProps) {
  const { open, title, confirm, danger, busy, error, onConfirm, onClose, children } = props;
  const words = usePartsWords();
  const footer = (
    <>
      <Button onClick={onClose}>{words.cancel}</Button>
      <Button look={danger ? "danger" : "primary"} disabled={busy} onClick={onConfirm}>
        {confirm}
      </Button>
    </>
  );
  return (
    <Dialog open={open} onClose={onClose} title={title} footer={footer}>
      <div>{children}</div>
      {Boolean(error) && <Problem sentence={words.notDone} error={error} />}
    </Dialog>
  );
}
