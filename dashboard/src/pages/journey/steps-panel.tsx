import { memo, useEffect, useRef } from "react";
import { DataTable, type Column } from "../../parts/data-table";
import { Icon } from "../../parts/icon";
import { Button } from "../../parts/button";
import { csvOf, saveFile } from "../../parts/csv";
import { Panel } from "../../parts/panel";
import { Segmented } from "../../parts/segmented";
import { useView } from "../../view/view";
import { useFormats } from "../../words/formats";
import { useWords } from "../../words/language";
import styles from "./journey.module.css";
import { useMomentNames } from "./moment-names";
import { useNames } from "./names";
import { clockOf, isDecision, type Journey, type Step, type Story } from "./story";
import { JOURNEY_WORDS } from "./words";

interface StepsPanelProps {
  journey: Journey;
  story: Story;
  /** The step of the timeline that the playhead has passed last. */
  current: number;
  seek: (ms: number) => void;
}

interface Row {
  index: number;
  atMs: number;
  step: Step;
  /** What was clicked, hovered or seen. */
  detail: string;
}

/** Each event of the session, or its choices alone. Drawn again only when a step is passed. */
export const StepsPanel = memo(function StepsPanel(props: StepsPanelProps) {
  const { journey, story, current, seek } = props;
  const words = useWords(JOURNEY_WORDS);
  const { number } = useFormats();
  const { own, setOwn } = useView();
  const isAll = own("steps") === "all";
  const rows = useRows(journey, story).filter(({ step }) => isAll || isNotable(step));
  const columns = useColumns(seek);
  const table = {
    caption: words.allSteps,
    columns,
    rows,
    rowKey: ({ index }: Row) => String(index),
  };
  const frame = useRowInView(current);
  const last = rows.findLast(({ index }) => index <= current);
  const decisions = journey.timeline.filter(isDecision).length;
  return (
    <Panel
      title={words.allSteps}
      note={words.counts(number(journey.timeline.length), number(decisions))}
      action={
        <>
          <Segmented
            label={words.show}
            small
            options={[
              { value: "decisions", label: words.decisions },
              { value: "all", label: words.events },
            ]}
            value={isAll ? "all" : "decisions"}
            onChange={(value) => setOwn({ steps: value === "all" ? value : undefined })}
          />
          <Button small icon="download" onClick={() => saveFile("steps.csv", csvOf(table))}>
            CSV
          </Button>
        </>
      }
    >
      <div ref={frame}>
        <DataTable
          {...table}
          dense
          sticky
          look={(row) => (row === last ? "current" : row.index > current ? "future" : undefined)}
        />
      </div>
    </Panel>
  );
});

/** For what holds the table: it scrolls, but not the page, when the playhead passes a step. */
function useRowInView(current: number) {
  const frame = useRef<HTMLDivElement>(null);
  const before = useRef(current);
  useEffect(() => {
    if (before.current === current) return;
    before.current = current;
    const table = frame.current?.firstElementChild;
    const row = table?.querySelector("tr[aria-current]")?.getBoundingClientRect();
    if (!table || !row) return;
    const seen = table.getBoundingClientRect();
    const head = table.querySelector("thead")?.getBoundingClientRect().height ?? 0;
    if (row.top < seen.top + head) table.scrollTop -= seen.top + head - row.top;
    if (row.bottom > seen.bottom) table.scrollTop += row.bottom - seen.bottom;
  }, [current]);
  return frame;
}

const isNotable = ({ kind, trigger }: Step): boolean =>
  ["start", "selection", "abandoned", "converted"].includes(kind) || trigger === "order_attempt";

function useRows({ timeline, interactions }: Journey, { stepTimesMs }: Story): Row[] {
  const names = useNames();
  const byId = new Map(interactions.map((row) => [row.id, row]));
  return timeline.map((step, index) => {
    const { category, elementId, selectionValue } = byId.get(step.id ?? "") ?? {};
    const what = selectionValue ?? elementId;
    const named = category && what ? names.choice(category, what) : (what ?? "");
    const detail = [category && names.category(category), named].filter(Boolean).join(": ");
    return { index, atMs: stepTimesMs[index]!, step, detail: isDecision(step) ? "" : detail };
  });
}

function useColumns(seek: (ms: number) => void): Column<Row>[] {
  const words = useWords(JOURNEY_WORDS);
  const told = useMomentNames();
  const { money, signedMoney, milliseconds } = useFormats();
  const names = useNames();
  return [
    {
      id: "time",
      label: words.time,
      figure: true,
      cell: ({ atMs, step }) => (
        <button
          type="button"
          className={styles["seek"]}
          aria-label={words.seek(clockOf(atMs), told.event(step))}
          onClick={() => seek(atMs)}
        >
          {clockOf(atMs)}
        </button>
      ),
      text: ({ step }) => step.at,
    },
    {
      id: "event",
      label: words.event,
      cell: ({ step }) => (isDecision(step) ? <b>{told.event(step)}</b> : told.event(step)),
      text: ({ step }) => told.event(step),
    },
    {
      id: "what",
      label: words.fromTo,
      lead: true,
      cell: (row) => <What row={row} />,
      text: ({ step, detail }) =>
        isDecision(step) && step.category
          ? `${names.choice(step.category, step.from)} → ${names.choice(step.category, step.to)}`
          : detail,
    },
    {
      id: "change",
      label: words.change,
      figure: true,
      cell: ({ step }) => signedMoney(step.priceDelta),
      text: ({ step }) => step.priceDelta,
    },
    {
      id: "price",
      label: words.price,
      figure: true,
      cell: ({ step }) => money(step.price),
      text: ({ step }) => step.price,
    },
    {
      id: "dwell",
      label: words.dwell,
      figure: true,
      cell: ({ step }) => milliseconds(step.dwellMs),
      text: ({ step }) => step.dwellMs,
    },
  ];
}

function What({ row: { step, detail } }: { row: Row }) {
  const names = useNames();
  const { category } = step;
  if (!isDecision(step) || !category) return <span className={styles["detail"]}>{detail || "–"}</span>;
  const change = step.changed[category] ?? step;
  return (
    <span className={styles["what"]}>
      {change.from !== null && (
        <>
          <s>{names.choice(category, change.from)}</s> <Icon name="arrow" />{" "}
        </>
      )}
      {names.choice(category, change.to)}
    </span>
  );
}
