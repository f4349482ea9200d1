import type { Schemas } from "../../api/types";
import { DataTable, type Column } from "../../parts/data-table";
import { Panel, type Answer } from "../../parts/panel";
import { Empty } from "../../parts/panel-states";
import { Status } from "../../parts/status";
import { useFormats } from "../../words/formats";
import { useWords } from "../../words/language";
import styles from "./operations.module.css";
import { OPERATIONS_WORDS } from "./words";

type Worker = Schemas["Worker"];

/** The processes that store what came and that run the jobs. */
export function WorkersPanel({ answer }: { answer: Answer<Schemas["Jobs"]> }) {
  const words = useWords(OPERATIONS_WORDS);
  return (
    <Panel
      title={words.workers}
      span={5}
      answer={answer}
      quiet
      what={words.workers}
      isEmpty={({ workers }) => !workers?.length}
      empty={<Empty>{answer.data?.workers ? words.noWorkers : words.streamAway}</Empty>}
    >
      {({ workers }) => <Table rows={workers ?? []} />}
    </Panel>
  );
}

function Table({ rows }: { rows: readonly Worker[] }) {
  const words = useWords(OPERATIONS_WORDS);
  const { shortDateTime } = useFormats();
  const roles: Record<string, string | undefined> = words.workerRoles;
  const doings: Record<string, string | undefined> = words.doings;
  const columns: Column<Worker>[] = [
    {
      id: "role",
      label: words.process,
      header: true,
      lead: true,
      cell: ({ role, name }) => (
        <>
          {roles[role] ?? role}
          <span className={styles["two"]}>{name}</span>
        </>
      ),
    },
    {
      id: "doing",
      label: words.doing,
      cell: ({ doing, why }) => (
        <>
          <Status state={doing === "running" ? "good" : "bad"}>{doings[doing] ?? doing}</Status>
          {why && (
            <span className={styles["two"]} lang="en">
              {why}
            </span>
          )}
        </>
      ),
    },
    {
      id: "since",
      label: words.since,
      figure: true,
      cell: ({ since }) => shortDateTime(since),
    },
  ];
  return (
    <DataTable
      caption={words.workers}
      columns={columns}
      rows={rows}
      rowKey={({ name }) => name}
      dense
    />
  );
}
