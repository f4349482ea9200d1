import { memo, useEffect, useMemo, useRef } from "react";
import { DataTable } from "../../parts/data-table";
import { Button } from "../../parts/button";
import { csvOf, saveFile } from "../../parts/csv";
import { Panel } from "../../parts/panel";
import { Segmented } from "../../parts/segmented";
import { useView } from "../../view/view";
import { useFormats } from "../../words/formats";
import { useWords } from "../../words/language";
import { useNames } from "./names";
import { useColumns, type Row } from "./step-columns";
import { isDecision, type Journey, type Step, type Story } from "./story";
import { JOURNEY_WORDS } from "./words";

interface StepsPanelProps {
  journey: Journey;
  story: Story;
  /** The step of the timeline that the playhead has passed last. */
  current: number;
  seek: (ms: number) => void;
}

/** Each event of the session, or its choices alone. Drawn again only when a step is passed. */
export const StepsPanel = memo(function StepsPanel(props: StepsPanelProps) {
  const { journey, story, current, seek } = props;
  const words = useWords(JOURNEY_WORDS);
  const { number } = useFormats();
  const { own, setOwn } = useView();
  const isAll = own("steps") === "all";
  const all = useRows(journey, story);
  const rows = useMemo(
    () => (isAll ? all : all.filter(({ step }) => isNotable(step))),
    [all, isAll],
  );
  const columns = useColumns(seek);
  const table = {
    caption: words.stepTable,
    columns,
    rows,
    rowKey: ({ index }: Row) => String(index),
  };
  const frame = useRowInView(current);
  const last = rows.findLast(({ index }) => index <= current);
  const events = journey.timeline.length;
  const decisions = journey.timeline.filter(isDecision).length;
  return (
    <Panel
      title={words.allSteps}
      note={words.counts(events, number(events), number(decisions))}
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
  return useMemo(() => {
    const byId = new Map(interactions.map((row) => [row.id, row]));
    return timeline.map((step, index) => {
      const { category, elementId, selectionValue } = byId.get(step.id ?? "") ?? {};
      const what = selectionValue ?? elementId;
      const named = category && what ? names.choice(category, what) : (what ?? "");
      const detail = [category && names.category(category), named].filter(Boolean).join(": ");
      return { index, atMs: stepTimesMs[index]!, step, detail: isDecision(step) ? "" : detail };
    });
  }, [timeline, interactions, stepTimesMs, names]);
}
