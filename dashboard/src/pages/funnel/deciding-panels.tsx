import { useState } from "react";
import type { AnswerOf } from "../../api/types";
import { Button } from "../../parts/button";
import { DataTable, type Column } from "../../parts/data-table";
import { Panel, type Answer } from "../../parts/panel";
import { Empty } from "../../parts/panel-states";
import { useFormats } from "../../words/formats";
import { useWords } from "../../words/language";
import styles from "./funnel.module.css";
import { useNames } from "./names";
import { FUNNEL_WORDS } from "./words";

type Insights = AnswerOf<"/api/admin/analytics/insights">;
type Times = Insights["decisionTime"][number];
type Mind = Insights["changesOfMind"][number];

/** How long a decision takes in each category. */
export function TimesPanel({ answer }: { answer: Answer<Insights> }) {
  const words = useWords(FUNNEL_WORDS);
  const names = useNames();
  const { number, milliseconds } = useFormats();
  const columns: Column<Times>[] = [
    {
      id: "category",
      label: words.category,
      header: true,
      lead: true,
      cell: ({ category, converted }) => (
        <>
          {names.category(category)}{" "}
          <span className={styles["who"]}>{converted ? words.converted : words.notConverted}</span>
        </>
      ),
      text: ({ category, converted }) =>
        `${names.category(category)}, ${converted ? words.converted : words.notConverted}`,
    },
    {
      id: "sessions",
      label: words.count,
      figure: true,
      cell: (row) => number(row.sessions),
      sortBy: (row) => row.sessions,
    },
    {
      id: "median",
      label: words.median,
      figure: true,
      cell: (row) => <b>{milliseconds(row.medianMs)}</b>,
      sortBy: (row) => row.medianMs,
    },
    {
      id: "p90",
      label: words.p90,
      figure: true,
      cell: (row) => milliseconds(row.p90Ms),
      sortBy: (row) => row.p90Ms,
    },
  ];
  return (
    <Panel
      title={words.times}
      note={words.timesNote}
      span={5}
      answer={answer}
      shape="table"
      what={words.timesWhat}
      isEmpty={({ decisionTime }) => decisionTime.length === 0}
      empty={<Empty>{words.timesEmpty}</Empty>}
    >
      {({ decisionTime }) => (
        <DataTable
          caption={words.times}
          columns={columns}
          rows={decisionTime}
          rowKey={({ category, converted }) => `${category} ${converted}`}
          dense
          sticky
        />
      )}
    </Panel>
  );
}

const FIRST_MINDS = 10;

/** Which options are given up for which others, and which are come back to. */
export function MindsPanel({ answer }: { answer: Answer<Insights> }) {
  const words = useWords(FUNNEL_WORDS);
  const names = useNames();
  const { number, list } = useFormats();
  const [isAll, setAll] = useState(false);
  const instead = ({ category, abandonedFor }: Mind): string =>
    list(
      abandonedFor.map(({ option, sessions }) =>
        words.instead(names.option(category, option), number(sessions)),
      ),
    );
  const given = ({ abandonedFor }: Mind): number =>
    abandonedFor.reduce((sum, { sessions }) => sum + sessions, 0);
  const columns: Column<Mind>[] = [
    {
      id: "option",
      label: words.option,
      header: true,
      lead: true,
      cell: ({ category, option }) => names.option(category, option),
      text: ({ category, option }) => names.option(category, option),
    },
    { id: "category", label: words.category, cell: ({ category }) => names.category(category) },
    {
      id: "chosen",
      label: words.chose,
      figure: true,
      cell: ({ chosen }) => number(chosen),
      sortBy: ({ chosen }) => chosen,
    },
    { id: "instead", label: words.abandoned, cell: instead, sortBy: given, text: instead },
    {
      id: "returned",
      label: words.returned,
      figure: true,
      cell: ({ returnedTo }) => number(returnedTo),
      sortBy: ({ returnedTo }) => returnedTo,
    },
  ];
  const changed = ({ changesOfMind }: Insights): Mind[] =>
    changesOfMind
      .filter((mind) => given(mind) > 0 || mind.returnedTo > 0)
      .sort((a, b) => given(b) - given(a));
  return (
    <Panel
      title={words.minds}
      note={words.mindsNote}
      answer={answer}
      shape="table"
      what={words.mindsWhat}
      isEmpty={(data) => changed(data).length === 0}
      empty={<Empty>{words.mindsEmpty}</Empty>}
    >
      {(data) => (
        <>
          <DataTable
            caption={words.minds}
            columns={columns}
            rows={isAll ? changed(data) : changed(data).slice(0, FIRST_MINDS)}
            rowKey={({ category, option }) => `${category} ${option}`}
            dense
          />
          {changed(data).length > FIRST_MINDS && (
            <Button look="quiet" small aria-expanded={isAll} onClick={() => setAll(!isAll)}>
              {isAll ? words.fewer : words.all(changed(data).length)}
            </Button>
          )}
        </>
      )}
    </Panel>
  );
}
