import { useState } from "react";
import { useCanChange } from "../../api/me";
import { useAnswer, useChange } from "../../api/queries";
import type { Schemas } from "../../api/types";
import { Button } from "../../parts/button";
import { Panel } from "../../parts/panel";
import { Empty, Problem } from "../../parts/panel-states";
import { useFormats } from "../../words/formats";
import { useWords } from "../../words/language";
import { DeadLetterDialog } from "./dead-letter-dialog";
import { DeadLettersTable, type Letter } from "./dead-letters-table";
import { DropDialog, ReplayAllDialog } from "./dead-letters-dialogs";
import { ListPager } from "./list-pager";
import styles from "./operations.module.css";
import { usePages } from "./pages";
import { AUDIT, DEAD_LETTERS } from "./paths";
import { OPERATIONS_WORDS } from "./words";

const AT_ONCE = 20;

type Page = Schemas["DeadLetterPage"];

/** What could not be stored, and the ways out: back into the stream, or away for good. */
export function DeadLettersPanel() {
  const words = useWords(OPERATIONS_WORDS);
  const { number } = useFormats();
  const canChange = useCanChange();
  const pages = usePages();
  const answer = useAnswer(DEAD_LETTERS, { limit: AT_ONCE, cursor: pages.cursor });
  const [open, setOpen] = useState<{ what: "show" | "drop"; letter: Letter } | "replay all">();
  const [said, setSaid] = useState("");
  const replay = useChange<Schemas["Replayed"]>("POST", [DEAD_LETTERS, AUDIT]);
  const replayOne = (letter: Letter): void =>
    replay.mutate(
      { path: `${DEAD_LETTERS}/${letter.id}/replay` },
      { onSuccess: ({ replayed }) => setSaid(words.replayed(replayed.length)) },
    );
  const close = (): void => setOpen(undefined);
  const count = ({ items, nextCursor }: Page): string =>
    nextCursor || pages.previous || !items.length ? "" : words.letters(items.length, number(items.length));
  return (
    <Panel
      title={words.deadLetters}
      note={count}
      action={({ items }: Page) =>
        canChange &&
        items.length > 0 && (
          <Button small icon="replay" onClick={() => setOpen("replay all")}>
            {words.replayAll}
          </Button>
        )
      }
      foot={words.deadLettersFoot}
      answer={answer}
      shape="table"
      what={words.deadLetters}
    >
      {({ items, nextCursor }) => (
        <>
          <p className={styles["said"]} role="status">
            {said}
          </p>
          {replay.error && <Problem sentence={words.notReplayed} error={replay.error} />}
          {items.length ? (
            <DeadLettersTable
              letters={items}
              isBusy={replay.isPending}
              onShow={(letter) => setOpen({ what: "show", letter })}
              {...(canChange && {
                onReplay: replayOne,
                onDrop: (letter: Letter) => setOpen({ what: "drop", letter }),
              })}
            />
          ) : (
            <Empty>{words.noDeadLetters}</Empty>
          )}
          <ListPager pages={pages} nextCursor={nextCursor} />
          {open === "replay all" && <ReplayAllDialog onDone={setSaid} onClose={close} />}
          {typeof open === "object" && open.what === "drop" && (
            <DropDialog letter={open.letter} onDone={setSaid} onClose={close} />
          )}
          {typeof open === "object" && open.what === "show" && (
            <DeadLetterDialog letter={open.letter} onClose={close} />
          )}
        </>
      )}
    </Panel>
  );
}
