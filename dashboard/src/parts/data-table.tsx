import { memo, useState, type ReactNode } from "react";
import { HeaderCell } from "./data-table-header";
import styles from "./data-table.module.css";
import { sorted, type Sort } from "./sort";

export interface Column<Row> {
  id: string;
  label: string;
  /** Said, not shown: a column of actions or bars. */
  labelHidden?: boolean;
  cell: (row: Row) => ReactNode;
  /** A number: at the right, never wrapped. */
  figure?: boolean;
  /** What the column is sorted by; without it, it is not. Null goes last. */
  sortBy?: (row: Row) => string | number | null;
  /** What a download holds; without it `sortBy`, or the cell where that is text. */
  text?: (row: Row) => string | number | null;
  /** Has the first line of a folded row to itself. */
  lead?: boolean;
  /** Names the row. */
  header?: boolean;
}

export interface TableOf<Row> {
  caption: string;
  columns: readonly Column<Row>[];
  rows: readonly Row[];
  rowKey: (row: Row) => string;
}

export interface DataTableProps<Row> extends TableOf<Row> {
  initialSort?: Sort;
  /** With `onSort` the page sorts; `sort` says how it is sorted now. */
  sort?: Sort | undefined;
  onSort?: (sort: Sort) => void;
  dense?: boolean;
  /** The header stays in view in a frame of its own height. */
  sticky?: boolean;
  /** Rows become labelled cards on phones. */
  folds?: boolean;
  look?: (row: Row) => Look | undefined;
}

export function DataTable<Row>(props: DataTableProps<Row>) {
  const { caption, columns, rowKey, dense, sticky, folds = true, look } = props;
  const [own, setOwn] = useState(props.initialSort);
  const sort = props.onSort ? props.sort : own;
  const rows = props.onSort ? props.rows : sorted(props.rows, columns, sort);
  const classes = [dense && styles["dense"], folds && styles["folds"]].filter(Boolean).join(" ");
  return (
    <div
      className={sticky ? `${styles["scroll"]} ${styles["sticky"]}` : styles["scroll"]}
      role="region"
      aria-label={caption}
      tabIndex={0}
    >
      <table className={classes}>
        <caption>{caption}</caption>
        <thead>
          <tr>
            {columns.map((column) => (
              <HeaderCell
                key={column.id}
                column={column}
                sort={sort}
                onSort={props.onSort ?? setOwn}
                isSortable={column.sortBy !== undefined}
              />
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <TableRow key={rowKey(row)} row={row} columns={columns} look={look?.(row)} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

type Look = "current" | "future" | "worst";

interface TableRowProps<Row> {
  row: Row;
  columns: readonly Column<Row>[];
  look: Look | undefined;
}

/** Where rows and columns are kept, only those that look different are drawn again. */
const TableRow = memo(function TableRow<Row>({ row, columns, look }: TableRowProps<Row>) {
  return (
    <tr className={look && styles[look]} aria-current={look === "current" ? "step" : undefined}>
      {columns.map((column) => (
        <Cell key={column.id} column={column} row={row} />
      ))}
    </tr>
  );
}) as <Row>(props: TableRowProps<Row>) => ReactNode;

function Cell<Row>({ column, row }: { column: Column<Row>; row: Row }) {
  const { figure, lead, header, label, labelHidden, cell } = column;
  const classes = [figure && styles["figure"], lead && styles["lead"]].filter(Boolean).join(" ");
  const shown = { className: classes || undefined, "data-label": labelHidden ? undefined : label };
  const content = cell(row) ?? "–";
  return header ? (
    <th scope="row" {...shown}>
      {content}
    </th>
  ) : (
    <td {...shown}>{content}</td>
  );
}
