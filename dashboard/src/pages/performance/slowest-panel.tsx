import { DataTable, type Column } from "../../parts/data-table";
import { Panel, type Answer } from "../../parts/panel";
import { Empty } from "../../parts/panel-states";
import { useFormats } from "../../words/formats";
import { useWords } from "../../words/language";
import { written, type Metric, type Performance } from "./metrics";
import styles from "./performance.module.css";
import { PERFORMANCE_WORDS } from "./words";

type Slow = Performance["slowest"][number];

interface SlowestPanelProps {
  metric: Metric;
  answer: Answer<Performance>;
}

/** The greatest values of one metric, and where to look for them. */
export function SlowestPanel({ metric, answer }: SlowestPanelProps) {
  const words = useWords(PERFORMANCE_WORDS);
  return (
    <Panel
      title={words.slowest}
      note={words.metrics[metric]}
      foot={words.slowestFoot}
      span={4}
      answer={answer}
      shape="table"
      what={words.slowest}
      isEmpty={({ slowest }) => slowest.length === 0}
      empty={<Empty>{words.nothing}</Empty>}
    >
      {({ slowest, unit }) => <Table rows={slowest} unit={unit} />}
    </Panel>
  );
}

function Table({ rows, unit }: { rows: readonly Slow[]; unit: string | null }) {
  const words = useWords(PERFORMANCE_WORDS);
  const formats = useFormats();
  const format = written(unit, formats);
  const columns: Column<Slow>[] = [
    {
      id: "route",
      label: words.route,
      lead: true,
      cell: ({ route, requestId, at }) => (
        <>
          <span className={styles["route"]}>{route ?? words.noRoute}</span>
          <span className={styles["two"]}>
            {formats.shortDateTime(at)}
            {requestId && (
              <>
                {" · "}
                {words.request} <code>{requestId}</code>
              </>
            )}
          </span>
        </>
      ),
    },
    {
      id: "value",
      label: words.value,
      figure: true,
      cell: ({ value }) => <b>{format(value)}</b>,
    },
  ];
  return (
    <DataTable
      caption={words.slowest}
      columns={columns}
      rows={rows}
      rowKey={(row) => [row.at, row.value, row.route, row.requestId].join(" ")}
      dense
      folds={false}
    />
  );
}
