import { useState } from "react";
import { useCanChange } from "../../api/me";
import { useAnswer } from "../../api/queries";
import { Button } from "../../parts/button";
import { DataTable, type Column } from "../../parts/data-table";
import { Panel } from "../../parts/panel";
import { AlertState } from "../../parts/status";
import { useFormats } from "../../words/formats";
import { useWords } from "../../words/language";
import { AlertDialog } from "./alert-dialog";
import { useAlertWords, type Alert } from "./alert-figures";
import { AlertTestDialog } from "./alert-test-dialog";
import styles from "./operations.module.css";
import { ALERTS } from "./paths";
import { OPERATIONS_WORDS } from "./words";

const EVERY_MS = 5_000;

/** What is watched, what it says now, and who is told. */
export function AlertsPanel() {
  const words = useAlertWords();
  const { list } = useFormats();
  const canChange = useCanChange();
  const answer = useAnswer(ALERTS, {}, { everyMs: EVERY_MS });
  const [changing, setChanging] = useState<Alert>();
  const [testing, setTesting] = useState<Alert>();
  const channels = answer.data?.channels ?? [];
  return (
    <Panel
      title={words.alerts}
      note={words.alertsNote}
      foot={channels.length ? words.channels(list(channels)) : words.noChannels}
      answer={answer}
      shape="table"
      what={words.alerts}
    >
      {({ items }) => (
        <>
          <Table
            rows={items}
            {...(canChange && { onChange: setChanging, onTest: setTesting })}
          />
          {changing && <AlertDialog alert={changing} onClose={() => setChanging(undefined)} />}
          {testing && <AlertTestDialog alert={testing} onClose={() => setTesting(undefined)} />}
        </>
      )}
    </Panel>
  );
}

interface TableProps {
  rows: readonly Alert[];
  onChange?: (alert: Alert) => void;
  onTest?: (alert: Alert) => void;
}

function Table({ rows, onChange, onTest }: TableProps) {
  const words = useAlertWords();
  const { actions, state } = useWords(OPERATIONS_WORDS);
  const columns: Column<Alert>[] = [
    { id: "alert", label: words.alert, header: true, lead: true, cell: words.nameOf },
    { id: "state", label: state, cell: (alert) => <State alert={alert} /> },
    {
      id: "figure",
      label: words.figure,
      figure: true,
      cell: ({ value, unit }) => words.written(value, unit),
    },
    { id: "threshold", label: words.threshold, figure: true, cell: words.thresholdOf },
    { id: "since", label: words.since, figure: true, cell: ({ since }) => words.moment(since) },
  ];
  if (onChange && onTest)
    columns.push({
      id: "acts",
      label: actions,
      labelHidden: true,
      cell: (alert) => (
        <span className={styles["acts"]}>
          <Button small look="quiet" onClick={() => onTest(alert)}>
            {words.test}
          </Button>
          <Button small look="quiet" onClick={() => onChange(alert)}>
            {words.change}
          </Button>
        </span>
      ),
    });
  return (
    <DataTable
      caption={words.alerts}
      columns={columns}
      rows={rows}
      rowKey={({ id }) => id}
      dense
    />
  );
}

function State({ alert }: { alert: Alert }) {
  const words = useAlertWords();
  const { enabled, silencedUntil } = alert;
  const isSilenced = silencedUntil !== null && new Date(silencedUntil) > new Date();
  return (
    <>
      <AlertState state={enabled ? alert.state : "off"}>
        {enabled ? words[alert.state] : words.off}
      </AlertState>
      {isSilenced && (
        <span className={styles["two"]}>{words.silenced(words.moment(silencedUntil))}</span>
      )}
    </>
  );
}
