import type { Schemas } from "../../api/types";
import { DataTable, type Column } from "../../parts/data-table";
import { Panel, type Answer } from "../../parts/panel";
import { Empty } from "../../parts/panel-states";
import { Status, type StatusState } from "../../parts/status";
import { useFormats } from "../../words/formats";
import { useLanguage, useWords } from "../../words/language";
import { resultIn } from "./job-results";
import styles from "./operations.module.css";
import { OPERATIONS_WORDS } from "./words";

type Jobs = Schemas["Jobs"];
type Job = Schemas["Job"];

/** One that has begun and not ended either runs or was broken off. */
export function stateOf({ error, finishedAt, result }: Job): StatusState {
  if (error) return "bad";
  if (finishedAt || result === "running") return "good";
  return result ? "warning" : "off";
}

/** What is done again and again: when it was last, how long it took, and when it is next. */
export function JobsPanel({ answer }: { answer: Answer<Jobs> }) {
  const words = useWords(OPERATIONS_WORDS);
  return (
    <Panel
      title={words.jobs}
      span={7}
      answer={answer}
      quiet
      shape="table"
      what={words.jobs}
      isEmpty={({ items }) => items.length === 0}
      empty={<Empty>{words.noJobs}</Empty>}
    >
      {({ items }) => <Table rows={items} />}
    </Panel>
  );
}

function Table({ rows }: { rows: readonly Job[] }) {
  const words = useWords(OPERATIONS_WORDS);
  const { language } = useLanguage();
  const { milliseconds, clock, shortDateTime } = useFormats();
  const names: Record<string, string | undefined> = words.jobNames;
  const doings: Record<string, string | undefined> = words.doings;
  const columns: Column<Job>[] = [
    {
      id: "job",
      label: words.job,
      header: true,
      lead: true,
      cell: (job) => (
        <>
          <Status state={stateOf(job)}>{names[job.name] ?? job.name}</Status>
          {job.error && (
            <span className={styles["two"]} lang="en">
              {job.error}
            </span>
          )}
        </>
      ),
    },
    {
      id: "result",
      label: words.result,
      lead: true,
      cell: ({ result }) => {
        const told = result === null ? "–" : (doings[result] ?? resultIn(language, result));
        return (
          <span className={styles["result"]} lang={told ? undefined : "en"}>
            {told ?? result}
          </span>
        );
      },
    },
    {
      id: "last",
      label: words.lastRun,
      figure: true,
      cell: ({ startedAt }) => <span title={shortDateTime(startedAt)}>{clock(startedAt)}</span>,
    },
    {
      id: "took",
      label: words.took,
      figure: true,
      cell: ({ durationMs }) => milliseconds(durationMs),
    },
    {
      id: "next",
      label: words.nextRun,
      figure: true,
      cell: ({ nextRunAt }) => clock(nextRunAt),
    },
  ];
  return (
    <DataTable caption={words.jobs} columns={columns} rows={rows} rowKey={({ name }) => name} dense />
  );
}
