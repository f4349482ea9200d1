import type { Schemas } from "../../api/types";
import { DataTable, type Column } from "../../parts/data-table";
import { Grid } from "../../parts/grid";
import { KeyFigure, KeyFigures } from "../../parts/key-figure";
import { Panel, type Answer } from "../../parts/panel";
import { Empty } from "../../parts/panel-states";
import { ShareRows } from "../../parts/share-rows";
import { useFormats } from "../../words/formats";
import { useWords } from "../../words/language";
import styles from "./performance.module.css";
import { PERFORMANCE_WORDS } from "./words";

type Health = Schemas["TrackingHealth"];
type Version = Schemas["VersionHealth"];

/** What did not reach us, came twice or late, or was refused. */
export function TrackingSection({ answer }: { answer: Answer<Health> }) {
  const words = useWords(PERFORMANCE_WORDS);
  const { data } = answer;
  return (
    <section className={styles["section"]} aria-labelledby="tracking">
      <div className={styles["head"]}>
        <h2 id="tracking">{words.tracking}</h2>
        <span className={styles["note"]}>{words.trackingNote}</span>
      </div>
      {data && !answer.error && <Figures health={data} />}
      <Grid>
        <VersionsPanel answer={answer} />
        <RefusedPanel answer={answer} />
      </Grid>
    </section>
  );
}

/** Before zero where a visitor's clock is ahead of ours. */
const skewOf = (skewMs: number, written: (milliseconds: number) => string): string =>
  (skewMs < 0 ? "−" : "") + written(Math.abs(skewMs));

function Figures({ health }: { health: Health }) {
  const words = useWords(PERFORMANCE_WORDS);
  const { number, rate, milliseconds } = useFormats();
  const { lossRate, received, expected, late, over, duplicates, clockSkewMs } = health;
  return (
    <KeyFigures label={words.tracking}>
      <KeyFigure
        label={words.lost}
        value={lossRate === null ? null : rate(lossRate)}
        note={words.arrived(number(received), number(expected))}
      />
      <KeyFigure label={words.late} value={number(late)} note={words.overNote(number(over))} />
      <KeyFigure label={words.duplicates} value={number(duplicates)} note={words.onceNote} />
      <KeyFigure
        label={words.skew}
        value={clockSkewMs === null ? null : skewOf(clockSkewMs, milliseconds)}
        note={words.mismatchNote(number(health.priceMismatches))}
      />
    </KeyFigures>
  );
}

function VersionsPanel({ answer }: { answer: Answer<Health> }) {
  const words = useWords(PERFORMANCE_WORDS);
  const { number, rate } = useFormats();
  const count = (id: keyof Version & keyof typeof words.columns): Column<Version> => ({
    id,
    label: words.columns[id],
    figure: true,
    cell: (row) => number(row[id] as number),
    sortBy: (row) => row[id] as number,
  });
  const columns: Column<Version>[] = [
    {
      id: "version",
      label: words.version,
      header: true,
      lead: true,
      cell: ({ version }) => version ?? words.noVersion,
      sortBy: ({ version }) => version,
    },
    count("sessions"),
    count("expected"),
    count("received"),
    {
      id: "lossRate",
      label: words.lost,
      figure: true,
      cell: ({ lossRate }) => <b>{rate(lossRate)}</b>,
      sortBy: ({ lossRate }) => lossRate,
    },
    count("late"),
    count("duplicates"),
    count("over"),
    count("priceMismatches"),
  ];
  return (
    <Panel
      title={words.versions}
      note={({ sessions }: Health) => words.sessions(number(sessions))}
      foot={words.versionsFoot}
      span={8}
      answer={answer}
      shape="table"
      what={words.tracking}
      isEmpty={({ versions }) => versions.length === 0}
      empty={<Empty>{words.noSessions}</Empty>}
    >
      {({ versions }) => (
        <DataTable
          caption={words.versions}
          columns={columns}
          rows={versions}
          rowKey={({ version }) => version ?? ""}
          initialSort={{ column: "sessions", direction: "descending" }}
        />
      )}
    </Panel>
  );
}

function RefusedPanel({ answer }: { answer: Answer<Health> }) {
  const words = useWords(PERFORMANCE_WORDS);
  const { number, share } = useFormats();
  return (
    <Panel
      title={words.refused}
      foot={words.refusedFoot}
      span={4}
      answer={answer}
      what={words.refused}
      isEmpty={({ refused }) => Object.keys(refused).length === 0}
      empty={<Empty>{words.noneRefused}</Empty>}
    >
      {({ refused }) => {
        const all = Object.values(refused).reduce((sum, each) => sum + each, 0);
        const reasons: Record<string, string | undefined> = words.reasons;
        const rows = Object.entries(refused)
          .toSorted(([, one], [, other]) => other - one)
          .map(([reason, each]) => ({
            key: reason,
            label: reasons[reason] ?? reason,
            value: number(each),
            count: share(each / all),
            share: each / all,
          }));
        return <ShareRows rows={rows} />;
      }}
    </Panel>
  );
}
