import { useAnswer } from "../../api/queries";
import { CopyButton } from "../../parts/copy-button";
import { Dialog } from "../../parts/dialog";
import { Problem, Skeleton } from "../../parts/panel-states";
import { useFormats } from "../../words/formats";
import { useWords } from "../../words/language";
import type { Letter } from "./dead-letters-table";
import styles from "./operations.module.css";
import { OPERATIONS_WORDS } from "./words";

interface DeadLetterDialogProps {
  letter: Letter;
  onClose: () => void;
}

/** What a dead letter says, as well as it can be read. */
export function DeadLetterDialog({ letter, onClose }: DeadLetterDialogProps) {
  const words = useWords(OPERATIONS_WORDS);
  const { number, dateTime } = useFormats();
  const { data, error, refetch } = useAnswer(
    "/api/admin/dead-letters/{id}",
    {},
    { path: { id: letter.id } },
  );
  const content = data && JSON.stringify(data.content, null, 2);
  return (
    <Dialog
      open
      onClose={onClose}
      title={words.letterTitle}
      footer={data && <CopyButton text={data.payload} label={words.copyPayload} look="plain" />}
    >
      <p>
        {dateTime(letter.createdAt)} · {words.bytes(number(letter.bytes))}
      </p>
      <p lang="en">{letter.detail}</p>
      {content !== undefined ? (
        <pre className={styles["content"]} tabIndex={0}>
          {content}
        </pre>
      ) : error ? (
        <Problem what={words.letterTitle} error={error} onRetry={() => void refetch()} />
      ) : (
        <Skeleton shape="text" />
      )}
    </Dialog>
  );
}
