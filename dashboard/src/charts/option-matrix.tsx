import { usePartsWords } from "../parts/words";
import { THRESHOLD } from "../parts/rate";
import styles from "./option-matrix.module.css";

export interface MatrixOption {
  id: string;
  label: string;
}

export interface MatrixCell {
  row: string;
  column: string;
  sessions: number;
  /** 0 to 1; null under the threshold. */
  rate: number | null;
}

interface OptionMatrixProps {
  caption: string;
  /** What the rows are. */
  rowLabel: string;
  rows: readonly MatrixOption[];
  columns: readonly MatrixOption[];
  cells: readonly MatrixCell[];
  format: (rate: number) => string;
  formatCount: (sessions: number) => string;
  threshold?: number;
}

const SHADES = 7;

/** Option against option: a rate on the sequential scale, and how many sessions it stands on. */
export function OptionMatrix(props: OptionMatrixProps) {
  const { caption, rowLabel, rows, columns, cells, format, formatCount, threshold = THRESHOLD } = props;
  const told = cells.filter(({ sessions, rate }) => rate !== null && sessions >= threshold);
  const rates = told.map(({ rate }) => rate ?? 0);
  const [least, most] = [Math.min(...rates), Math.max(...rates)];
  const shade = (rate: number): number =>
    most > least ? Math.min(SHADES, 1 + Math.floor(((rate - least) / (most - least)) * SHADES)) : 3;
  const cellOf = (row: string, column: string): MatrixCell | undefined =>
    cells.find((cell) => cell.row === row && cell.column === column);
  return (
    <>
      <div className={styles["scroll"]} role="region" aria-label={caption} tabIndex={0}>
        <table className={styles["matrix"]}>
          <caption>{caption}</caption>
          <thead>
            <tr>
              <th scope="col">
                <span className={styles["unseen"]}>{rowLabel}</span>
              </th>
              {columns.map(({ id, label }) => (
                <th key={id} scope="col">
                  {label}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <tr key={row.id}>
                <th scope="row">{row.label}</th>
                {columns.map(({ id }) => {
                  const cell = cellOf(row.id, id);
                  const rate = cell && cell.sessions >= threshold ? cell.rate : null;
                  const look = rate === null ? styles["none"] : styles[`s${shade(rate)}`];
                  return (
                    <td key={id} className={look}>
                      <span>{rate === null ? "–" : format(rate)}</span>
                      <small>{formatCount(cell?.sessions ?? 0)}</small>
                    </td>
                  );
                })}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {most > least && <Ramp least={format(least)} most={format(most)} />}
    </>
  );
}

function Ramp({ least, most }: { least: string; most: string }) {
  const words = usePartsWords();
  return (
    <div className={styles["ramp"]} role="img" aria-label={words.fromTo(least, most)}>
      <span>{least}</span>
      {Array.from({ length: SHADES }, (_, index) => (
        <i key={index} className={styles[`s${index + 1}`]} />
      ))}
      <span>{most}</span>
    </div>
  );
}
