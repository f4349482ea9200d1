import type { ReactNode } from "react";
import { CopyButton } from "../parts/copy-button";
import { Menu, MenuItem } from "../parts/menu";
import { Select } from "../parts/select";
import { BOTS, useView } from "../view/view";
import { useFormats } from "../words/formats";
import { useWords } from "../words/language";
import { FilterChips } from "./filter-chips";
import { FilterMenu } from "./filter-menu";
import { INSTRUMENT_WORDS } from "./instrument-words";
import styles from "./instruments.module.css";
import { RangePicker } from "./range-picker";

export interface Download {
  label: string;
  /** An address of the API … */
  href?: string;
  /** … or what makes a file in the page. */
  save?: () => void;
}

export interface InstrumentsProps {
  /** Without range, filters and bots. */
  plain?: boolean;
  /** Without a range: for a page about all of time, or of now. */
  rangeless?: boolean;
  /** When the figures were computed; null where they never were, undefined while they load. */
  asOf?: string | null | undefined;
  downloads?: readonly Download[];
  /** More instruments of one page, at the left. */
  children?: ReactNode;
}

/** What is shown, since when it is so, and how to take it away: between two hairlines. */
export function Instruments({ plain, rangeless, asOf, downloads, children }: InstrumentsProps) {
  const words = useWords(INSTRUMENT_WORDS);
  const { bots, setBots } = useView();
  const choices = BOTS.map((value) => ({ value, label: words.botsWords[value] }));
  return (
    <div className={styles["tools"]}>
      {!plain && !rangeless && <RangePicker />}
      {!plain && <FilterChips />}
      {!plain && <FilterMenu />}
      {children}
      <div className={styles["end"]}>
        {!plain && (
          <Select label={words.bots} labelHidden options={choices} value={bots} onChange={setBots} />
        )}
        <AsOf at={asOf} />
        <CopyButton text={() => location.href} label={words.copyLink} folds />
        {downloads && downloads.length > 0 && <Downloads all={downloads} label={words.download} />}
      </div>
    </div>
  );
}

function AsOf({ at }: { at: string | null | undefined }) {
  const words = useWords(INSTRUMENT_WORDS);
  const { time, dateTime } = useFormats();
  if (at === undefined) return null;
  if (at === null) return <span className={styles["asof"]}>{words.notCounted}</span>;
  return (
    <span className={styles["asof"]} title={dateTime(at)}>
      {words.asOf} <time dateTime={at}>{time(at)}</time>
    </span>
  );
}

function Downloads({ all, label }: { all: readonly Download[]; label: string }) {
  return (
    <Menu label={label} icon="download" folds end>
      {(close) =>
        all.map(({ label: name, href, save }) => (
          <MenuItem
            key={name}
            onSelect={() => {
              close();
              if (href) location.assign(href);
              save?.();
            }}
          >
            {name}
          </MenuItem>
        ))
      }
    </Menu>
  );
}
