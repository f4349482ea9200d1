import type { Column, TableOf } from "./data-table";

type Value = string | number | null;

/** The rows of a table for a spreadsheet: with a byte order mark, and no text taken for a formula. */
export function csvOf<Row>({ columns, rows }: TableOf<Row>): string {
  const told = columns.filter((column) => isTold(column, rows));
  const lines = [
    told.map(({ label }) => field(label)),
    ...rows.map((row) => told.map((column) => field(valueOf(column, row)))),
  ];
  return "\ufeff" + lines.map((line) => line.join(",") + "\r\n").join("");
}

export function saveFile(name: string, text: string, type = "text/csv;charset=utf-8"): void {
  const address = URL.createObjectURL(new Blob([text], { type }));
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  // The browser has taken the address once the click is handled.
  setTimeout(() => URL.revokeObjectURL(address));
}

/** A column of buttons or bars has no text. */
const isTold = <Row>(column: Column<Row>, rows: readonly Row[]): boolean =>
  column.text !== undefined ||
  column.sortBy !== undefined ||
  rows.some((row) => isText(column.cell(row)));

function valueOf<Row>(column: Column<Row>, row: Row): Value {
  const given = column.text ?? column.sortBy;
  if (given) return given(row);
  const cell = column.cell(row);
  return isText(cell) ? cell : null;
}

const isText = (cell: unknown): cell is string | number =>
  typeof cell === "string" || typeof cell === "number";

function field(value: Value): string {
  if (value === null) return "";
  if (typeof value === "number") return String(value);
  const safe = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
