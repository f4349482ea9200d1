import { useState } from "react";
import { useCanChange } from "../../api/me";
import { useAnswer } from "../../api/queries";
import type { Schemas } from "../../api/types";
import { Button } from "../../parts/button";
import { DataTable, type Column } from "../../parts/data-table";
import { Panel } from "../../parts/panel";
import { Status } from "../../parts/status";
import { useView } from "../../view/view";
import { useFormats } from "../../words/formats";
import { useWords } from "../../words/language";
import { FlagDialog } from "./flag-dialog";
import { FlagEffect } from "./flag-effect";
import { FLAG_WORDS } from "./flag-words";
import styles from "./operations.module.css";
import { FLAGS } from "./paths";
import { OPERATIONS_WORDS } from "./words";

type Flag = Schemas["SetFlag"];

/** What the tracker does for which share of the sessions. */
export function FlagsPanel() {
  const words = useWords(FLAG_WORDS);
  const canChange = useCanChange();
  const answer = useAnswer(FLAGS);
  const { own, setOwn } = useView();
  const shown = own("flag");
  const [changing, setChanging] = useState<Flag>();
  return (
    <Panel
      title={words.flags}
      note={words.flagsNote}
      foot={words.flagsFoot}
      answer={answer}
      shape="table"
      what={words.flags}
    >
      {({ items }) => (
        <>
          <Table
            rows={items}
            onEffect={({ key }) => setOwn({ flag: key })}
            {...(canChange && { onChange: setChanging })}
          />
          {shown && <FlagEffect flag={shown} onClose={() => setOwn({ flag: undefined })} />}
          {changing && <FlagDialog flag={changing} onClose={() => setChanging(undefined)} />}
        </>
      )}
    </Panel>
  );
}

interface TableProps {
  rows: readonly Flag[];
  onEffect: (flag: Flag) => void;
  onChange?: (flag: Flag) => void;
}

function Table({ rows, onEffect, onChange }: TableProps) {
  const words = useWords(FLAG_WORDS);
  const { actions, state } = useWords(OPERATIONS_WORDS);
  const { wholeShare, shortDateTime } = useFormats();
  const meanings: Record<string, string | undefined> = words.meanings;
  const columns: Column<Flag>[] = [
    {
      id: "key",
      label: words.flag,
      header: true,
      lead: true,
      cell: ({ key }) => (
        <>
          <span className={styles["id"]}>{key}</span>
          <span className={styles["two"]}>{meanings[key]}</span>
        </>
      ),
    },
    {
      id: "state",
      label: state,
      cell: (flag) => <Status state={shareOf(flag) ? "good" : "off"}>{words[stateOf(flag)]}</Status>,
    },
    {
      id: "share",
      label: words.share,
      figure: true,
      cell: (flag) => wholeShare(shareOf(flag) / 100),
    },
    {
      id: "changed",
      label: words.changed,
      figure: true,
      cell: ({ updatedAt }) => (updatedAt ? shortDateTime(updatedAt) : words.never),
    },
    {
      id: "acts",
      label: actions,
      labelHidden: true,
      cell: (flag) => (
        <span className={styles["acts"]}>
          <Button small look="quiet" onClick={() => onEffect(flag)}>
            {words.effect}
          </Button>
          {onChange && (
            <Button small look="quiet" onClick={() => onChange(flag)}>
              {words.change}
            </Button>
          )}
        </span>
      ),
    },
  ];
  return (
    <DataTable
      caption={words.flags}
      columns={columns}
      rows={rows}
      rowKey={({ key }) => key}
      dense
    />
  );
}

const shareOf = ({ enabled, percentage }: Flag): number => (enabled ? percentage : 0);

function stateOf(flag: Flag): "on" | "off" | "partly" {
  const share = shareOf(flag);
  return share === 0 ? "off" : share === 100 ? "on" : "partly";
}
