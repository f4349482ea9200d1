import { Link } from "react-router";
import type { Schemas } from "../../api/types";
import { Button } from "../../parts/button";
import { DataTable, type Column } from "../../parts/data-table";
import { useFormats } from "../../words/formats";
import { useWords } from "../../words/language";
import styles from "./operations.module.css";
import { OPERATIONS_WORDS } from "./words";

export type Letter = Schemas["Envelope"];

interface DeadLettersTableProps {
  letters: readonly Letter[];
  isBusy: boolean;
  onShow: (letter: Letter) => void;
  /** Without them: for who may only look. */
  onReplay?: (letter: Letter) => void;
  onDrop?: (letter: Letter) => void;
}

export function DeadLettersTable(props: DeadLettersTableProps) {
  const { letters, isBusy, onShow, onReplay, onDrop } = props;
  const words = useWords(OPERATIONS_WORDS);
  const { shortDateTime } = useFormats();
  const reasons: Record<string, string | undefined> = words.reasons;
  const columns: Column<Letter>[] = [
    {
      id: "at",
      label: words.received,
      cell: ({ createdAt }) => <span className={styles["whole"]}>{shortDateTime(createdAt)}</span>,
    },
    {
      id: "reason",
      label: words.reason,
      header: true,
      lead: true,
      cell: ({ reason, detail }) => (
        <>
          <b>{reasons[reason] ?? reason}</b>
          <span className={styles["two"]} lang="en">
            {detail}
          </span>
        </>
      ),
    },
    {
      id: "session",
      label: words.session,
      cell: ({ sessionId }) =>
        sessionId && (
          <Link className={styles["id"]} to={`/sessions/${encodeURIComponent(sessionId)}`}>
            {sessionId}
          </Link>
        ),
    },
    {
      id: "acts",
      label: words.actions,
      labelHidden: true,
      lead: true,
      cell: (letter) => (
        <span className={styles["acts"]}>
          <Button small look="quiet" onClick={() => onShow(letter)}>
            {words.show}
          </Button>
          {onReplay && (
            <Button small disabled={isBusy} onClick={() => onReplay(letter)}>
              {words.replay}
            </Button>
          )}
          {onDrop && (
            <Button small look="quiet" onClick={() => onDrop(letter)}>
              {words.drop}
            </Button>
          )}
        </span>
      ),
    },
  ];
  return (
    <DataTable
      caption={words.deadLetters}
      columns={columns}
      rows={letters}
      rowKey={({ id }) => id}
      dense
    />
  );
}
