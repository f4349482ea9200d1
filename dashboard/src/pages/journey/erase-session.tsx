import { useState } from "react";
import { useNavigate } from "react-router";
import { useChange } from "../../api/queries";
import type { Schemas } from "../../api/types";
import { Button } from "../../parts/button";
import { ConfirmDialog } from "../../parts/confirm-dialog";
import { CopyButton } from "../../parts/copy-button";
import { Dialog } from "../../parts/dialog";
import { useViewAddress } from "../../view/view-link";
import { useWords } from "../../words/language";
import { JOURNEY_WORDS } from "./words";

const STALE = ["/api/admin/sessions", "/api/admin/audit"] as const;

/** For administrators: asks once, erases, and shows the receipt before it leaves the page. */
export function EraseSession({ sessionId }: { sessionId: string }) {
  const words = useWords(JOURNEY_WORDS);
  const [open, setOpen] = useState(false);
  const erase = useChange<Schemas["Receipt"]>("DELETE", STALE);
  const close = (): void => {
    setOpen(false);
    erase.reset();
  };
  if (erase.data) return <Erased receipt={erase.data.receipt} />;
  return (
    <>
      <Button look="quiet" small onClick={() => setOpen(true)}>
        {words.erase}
      </Button>
      <ConfirmDialog
        open={open}
        title={words.eraseTitle}
        confirm={words.erase}
        danger
        busy={erase.isPending}
        error={erase.error}
        onConfirm={() =>
          erase.mutate({ path: `/api/admin/sessions/${encodeURIComponent(sessionId)}/data` })
        }
        onClose={close}
      >
        {words.eraseText}
      </ConfirmDialog>
    </>
  );
}

function Erased({ receipt }: { receipt: string }) {
  const words = useWords(JOURNEY_WORDS);
  const address = useViewAddress();
  const navigate = useNavigate();
  const leave = (): void => void navigate(address("/sessions"));
  return (
    <Dialog
      open
      onClose={leave}
      title={words.erased}
      footer={
        <Button look="primary" onClick={leave}>
          {words.toList}
        </Button>
      }
    >
      <p>{words.erasedText}</p>
      <p>
        <code>{receipt}</code> <CopyButton text={receipt} label={words.copyReceipt} small />
      </p>
    </Dialog>
  );
}
