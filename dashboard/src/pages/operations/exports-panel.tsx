import { DataTable, type Column } from "../../parts/data-table";
import { Panel } from "../../parts/panel";
import { downloadUrl, FORMATS, type Export } from "../../view/downloads";
import { useView } from "../../view/view";
import { useWords } from "../../words/language";
import styles from "./operations.module.css";
import { OPERATIONS_WORDS } from "./words";

const EXPORTS: readonly Export[] = [
  "sessions",
  "interactions",
  "snapshots",
  "daily",
  "popular-configurations",
  "performance",
];

/** Everything as files, in the range and with the filters of the view. */
export function ExportsPanel() {
  const words = useWords(OPERATIONS_WORDS);
  const { query } = useView();
  const columns: Column<Export>[] = [
    {
      id: "rows",
      label: words.rows,
      header: true,
      lead: true,
      cell: (rows) => (
        <>
          {words.exportNames[rows]}
          <span className={styles["two"]}>{words.exportNotes[rows]}</span>
        </>
      ),
    },
    ...FORMATS.map((format): Column<Export> => ({
      id: format,
      label: format.toUpperCase(),
      labelHidden: true,
      cell: (rows) => (
        <a
          className={styles["file"]}
          href={downloadUrl(rows, format, query)}
          download
          aria-label={`${words.exportNames[rows]}, ${format.toUpperCase()}`}
        >
          {format.toUpperCase()}
        </a>
      ),
    })),
  ];
  return (
    <Panel title={words.exports} note={words.exportsNote} foot={words.exportsFoot}>
      <DataTable
        caption={words.exports}
        columns={columns}
        rows={EXPORTS}
        rowKey={(rows) => rows}
        dense
        folds={false}
      />
    </Panel>
  );
}
