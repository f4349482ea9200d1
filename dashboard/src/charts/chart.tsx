import { useId, useState, type ReactNode } from "react";
import { Button } from "../parts/button";
import { csvOf, saveFile } from "../parts/csv";
import { DataTable, type TableOf } from "../parts/data-table";
import { usePartsWords } from "../parts/words";
import styles from "./chart.module.css";
import { Icon } from "../parts/icon";

export interface Told<Row> {
  /** The text alternative, with the main statement. */
  statement: string;
  /** The same rows as the drawing, for "Show as table" and its download. */
  table: TableOf<Row>;
  /** The download's name without its ending: "sessions-by-day". */
  file: string;
}

interface ChartProps<Row> extends Omit<Told<Row>, "statement"> {
  children: ReactNode;
}

/** A drawing, and its rows as a table on request. */
export function Chart<Row>({ table, file, children }: ChartProps<Row>) {
  const words = usePartsWords();
  const [isOpen, setOpen] = useState(false);
  const id = useId();
  return (
    <div className={styles["chart"]}>
      {children}
      <div className={styles["acts"]}>
        <button
          type="button"
          className={styles["toggle"]}
          aria-expanded={isOpen}
          aria-controls={id}
          onClick={() => setOpen(!isOpen)}
        >
          <Icon name="right" />
          {words.asTable}
        </button>
        {isOpen && (
          <Button
            look="quiet"
            small
            icon="download"
            aria-label={words.csvOf(table.caption)}
            onClick={() => saveFile(`${file}.csv`, csvOf(table))}
          >
            {words.csv}
          </Button>
        )}
      </div>
      <div id={id} hidden={!isOpen}>
        {isOpen && <DataTable {...table} dense sticky folds={false} />}
      </div>
    </div>
  );
}
