import { useState } from "react";
import { useAnswer } from "../../api/queries";
import type { Schemas } from "../../api/types";
import { DataTable, type Column } from "../../parts/data-table";
import { Dialog } from "../../parts/dialog";
import { Problem, Skeleton } from "../../parts/panel-states";
import { Segmented } from "../../parts/segmented";
import { PRESETS, type Preset } from "../../view/view";
import { useFormats } from "../../words/formats";
import { useWords } from "../../words/language";
import { FLAG_WORDS } from "./flag-words";
import styles from "./operations.module.css";

type Side = Schemas["Side"];

interface Measure {
  label: string;
  tell: (side: Side) => string;
  /** Of how many, in small print. */
  of?: (side: Side) => string | null;
}

interface FlagEffectProps {
  flag: string;
  onClose: () => void;
}

/** Sessions that have a flag beside those that were told they do not. */
export function FlagEffect({ flag, onClose }: FlagEffectProps) {
  const words = useWords(FLAG_WORDS);
  const [range, setRange] = useState<Preset>("7d");
  const answer = useAnswer("/api/admin/analytics/flag-effect", { flag, timeRange: range });
  const presets = PRESETS.map((value) => ({ value, label: words.ranges[value] }));
  return (
    <Dialog open onClose={onClose} title={words.effectTitle(flag)}>
      <div className={styles["form"]}>
        <Segmented label={words.sessionsOf} options={presets} value={range} onChange={setRange} small />
        {answer.data ? (
          <Sides having={answer.data.having} without={answer.data.without} />
        ) : answer.error ? (
          <Problem sentence={words.effectFailed} error={answer.error} />
        ) : (
          <Skeleton shape="table" />
        )}
        <p className={styles["said"]}>{words.effectFoot}</p>
      </div>
    </Dialog>
  );
}

function Sides({ having, without }: { having: Side; without: Side }) {
  const words = useWords(FLAG_WORDS);
  const measures = useMeasures();
  const column = (id: string, label: string, side: Side): Column<Measure> => ({
    id,
    label,
    figure: true,
    cell: ({ tell, of }) => (
      <>
        {tell(side)}
        {of && <span className={styles["two"]}>{of(side)}</span>}
      </>
    ),
  });
  const columns: Column<Measure>[] = [
    { id: "measure", label: words.measure, header: true, lead: true, cell: ({ label }) => label },
    column("having", words.having, having),
    column("without", words.without, without),
  ];
  return (
    <>
      {having.sessions + without.sessions === 0 && (
        <p className={styles["said"]} role="status">
          {words.noneTold}
        </p>
      )}
      <DataTable
        caption={words.effect}
        columns={columns}
        rows={measures}
        rowKey={({ label }) => label}
        dense
      />
    </>
  );
}

function useMeasures(): Measure[] {
  const words = useWords(FLAG_WORDS);
  const { number, rate, milliseconds } = useFormats();
  const share = (part: number, whole: number): string | null =>
    whole === 0 ? null : words.partOf(number(part), number(whole));
  return [
    { label: words.sessions, tell: ({ sessions }) => number(sessions) },
    {
      label: words.loss,
      tell: ({ lossRate }) => rate(lossRate),
      of: ({ expected, received }) => share(expected - received, expected),
    },
    {
      label: words.errors,
      tell: ({ errorRate }) => rate(errorRate),
      of: ({ errors, responseTime }) => share(errors, responseTime.count),
    },
    { label: words.median, tell: ({ responseTime }) => milliseconds(responseTime.p50) },
    { label: words.p95, tell: ({ responseTime }) => milliseconds(responseTime.p95) },
  ];
}
