import { useState, type FormEvent } from "react";
import { Button } from "../parts/button";
import { Field } from "../parts/dialog";
import { Menu } from "../parts/menu";
import { Segmented } from "../parts/segmented";
import { PRESETS, useView, type Range } from "../view/view";
import { useFormats } from "../words/formats";
import { useWords } from "../words/language";
import { INSTRUMENT_WORDS } from "./instrument-words";
import styles from "./instruments.module.css";

const DAY_MS = 86_400_000;

/** So many days later, "2025-08-14" to "2025-08-15". */
const later = (day: string, days: number): string =>
  new Date(Date.parse(day) + days * DAY_MS).toISOString().slice(0, 10);

/** The usual ranges, and two days of one's own. */
export function RangePicker() {
  const words = useWords(INSTRUMENT_WORDS);
  const { shortDay, day } = useFormats();
  const { range, setRange } = useView();
  const days = "since" in range ? range : undefined;
  const options = PRESETS.map((value) => ({ value, label: words.presets[value] }));
  return (
    <div className={styles["range"]}>
      <Segmented
        label={words.range}
        options={options}
        value={"timeRange" in range ? range.timeRange : undefined}
        onChange={(timeRange) => setRange({ timeRange })}
      />
      <Menu
        icon="calendar"
        label={days ? `${shortDay(days.since)} – ${day(later(days.until, -1))}` : words.dates}
      >
        {(close) => (
          <Days
            range={days}
            onShow={(next) => {
              setRange(next);
              close();
            }}
          />
        )}
      </Menu>
    </div>
  );
}

interface DaysProps {
  range: { since: string; until: string } | undefined;
  onShow: (range: Range) => void;
}

function Days({ range, onShow }: DaysProps) {
  const words = useWords(INSTRUMENT_WORDS);
  const today = later(new Date().toISOString().slice(0, 10), 0);
  const [from, setFrom] = useState(range?.since ?? later(today, -29));
  const [to, setTo] = useState(range ? later(range.until, -1) : today);
  const isWrong = to < from;
  const show = (event: FormEvent): void => {
    event.preventDefault();
    if (from && to && !isWrong) onShow({ since: from, until: later(to, 1) });
  };
  return (
    <form className={styles["form"]} onSubmit={show}>
      <Field label={words.from}>
        {(id) => (
          <input id={id} type="date" required value={from} onChange={(e) => setFrom(e.target.value)} />
        )}
      </Field>
      <Field label={words.to} error={isWrong ? words.wrongOrder : undefined}>
        {(id, describedBy) => (
          <input
            id={id}
            type="date"
            required
            aria-describedby={describedBy}
            aria-invalid={isWrong}
            value={to}
            onChange={(e) => setTo(e.target.value)}
          />
        )}
      </Field>
      <Button type="submit" look="primary">
        {words.show}
      </Button>
    </form>
  );
}
