import type { Column } from "./data-table";
import styles from "./data-table.module.css";
import { Icon } from "./icon";
import type { Sort } from "./sort";

interface HeaderCellProps<Row> {
  column: Column<Row>;
  sort: Sort | undefined;
  onSort: (sort: Sort) => void;
  isSortable: boolean;
}

export function HeaderCell<Row>({ column, sort, onSort, isSortable }: HeaderCellProps<Row>) {
  const { id, label, labelHidden, figure } = column;
  const direction = sort?.column === id ? sort.direction : undefined;
  const text = labelHidden ? <span className={styles["unseen"]}>{label}</span> : label;
  // Figures begin with the largest, words with A.
  const next = direction ? OTHER[direction] : figure ? "descending" : "ascending";
  return (
    <th
      scope="col"
      className={figure ? styles["figure"] : undefined}
      aria-sort={isSortable ? (direction ?? "none") : undefined}
    >
      {isSortable ? (
        <button
          type="button"
          className={styles["sort"]}
          onClick={() => onSort({ column: id, direction: next })}
        >
          {text}
          <Icon name={direction ? SIGN[direction] : "sort"} />
        </button>
      ) : (
        text
      )}
    </th>
  );
}

const OTHER = { ascending: "descending", descending: "ascending" } as const;
const SIGN = { ascending: "up", descending: "down" } as const;
