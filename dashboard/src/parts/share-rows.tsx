import { useState, type CSSProperties, type ReactNode } from "react";
import { Button } from "./button";
import styles from "./share-rows.module.css";
import { usePartsWords } from "./words";

export interface ShareRow {
  key: string;
  label: ReactNode;
  /** A few words after the label. */
  note?: ReactNode;
  value: string;
  count?: string;
  /** Of the whole, 0 to 1; null where no rate is told. */
  share: number | null;
  /** A token's name, "--chart-2". */
  colour?: string;
}

/** How much of the whole: the first six in rows with a bar, then all. */
export function ShareRows({ rows, first = 6 }: { rows: readonly ShareRow[]; first?: number }) {
  const words = usePartsWords();
  const [isAll, setAll] = useState(false);
  const shown = isAll ? rows : rows.slice(0, first);
  return (
    <>
      <ul className={styles["rows"]}>
        {shown.map((row) => (
          <Row key={row.key} row={row} />
        ))}
      </ul>
      {rows.length > first && (
        <div className={styles["more"]}>
          <Button look="quiet" small aria-expanded={isAll} onClick={() => setAll(!isAll)}>
            {isAll ? words.showFewer : words.showAll(rows.length)}
          </Button>
        </div>
      )}
    </>
  );
}

function Row({ row }: { row: ShareRow }) {
  return (
    <li>
      <span className={styles["label"]}>
        {row.label} {row.note && <em>{row.note}</em>}
      </span>
      <span className={styles["value"]}>
        <b>{row.value}</b> {row.count !== undefined && <span>{row.count}</span>}
      </span>
      <Bar share={row.share ?? 0} {...(row.colour && { colour: row.colour })} />
    </li>
  );
}

/** A bar in a well; says nothing that is not written beside it. */
export function Bar({ share, colour = "--chart-main" }: { share: number; colour?: string }) {
  const width = Math.min(Math.max(share, 0), 1) * 100;
  const style = { "--w": width, "--k": `var(${colour})` } as CSSProperties;
  return (
    <div className={styles["bar"]} aria-hidden="true">
      <i style={style} />
    </div>
  );
}

interface StackPart {
  key: string;
  size: number;
  colour: string;
}

/** Parts of one whole in one bar; label them in rows below. */
export function StackBar({ parts }: { parts: readonly StackPart[] }) {
  return (
    <div className={styles["stack"]} aria-hidden="true">
      {parts
        .filter(({ size }) => size > 0)
        .map(({ key, size, colour }) => (
          <i key={key} style={{ "--f": size, "--k": `var(${colour})` } as CSSProperties} />
        ))}
    </div>
  );
}

/** A patch of a category's colour before its name. */
export function Patch({ colour }: { colour: string }) {
  return (
    <i
      className={styles["patch"]}
      style={{ "--k": `var(${colour})` } as CSSProperties}
      aria-hidden="true"
    />
  );
}
