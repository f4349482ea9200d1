import { useAnswer } from "../../api/queries";
import type { Schemas } from "../../api/types";
import { DataTable, type Column } from "../../parts/data-table";
import { Panel } from "../../parts/panel";
import { Empty } from "../../parts/panel-states";
import { useFormats } from "../../words/formats";
import { useWords } from "../../words/language";
import { ListPager } from "./list-pager";
import styles from "./operations.module.css";
import { usePages } from "./pages";
import { AUDIT } from "./paths";
import { OPERATIONS_WORDS } from "./words";

const AT_ONCE = 15;

type Entry = Schemas["AuditEntry"];

/** What was changed, by whom and when. */
export function AuditPanel() {
  const words = useWords(OPERATIONS_WORDS);
  const pages = usePages();
  const answer = useAnswer(AUDIT, { limit: AT_ONCE, cursor: pages.cursor });
  return (
    <Panel
      title={words.audit}
      note={words.auditNote}
      span={7}
      answer={answer}
      shape="table"
      what={words.audit}
      isEmpty={({ items }) => items.length === 0}
      empty={<Empty>{words.noAudit}</Empty>}
    >
      {({ items, nextCursor }) => (
        <>
          <Table rows={items} />
          <ListPager pages={pages} nextCursor={nextCursor} />
        </>
      )}
    </Panel>
  );
}

function Table({ rows }: { rows: readonly Entry[] }) {
  const words = useWords(OPERATIONS_WORDS);
  const { shortDateTime } = useFormats();
  const acts: Record<string, string | undefined> = words.acts;
  const columns: Column<Entry>[] = [
    {
      id: "at",
      label: words.when,
      cell: ({ at }) => <span className={styles["whole"]}>{shortDateTime(at)}</span>,
    },
    {
      id: "act",
      label: words.act,
      header: true,
      cell: ({ action }) => acts[action] ?? action,
    },
    {
      id: "subject",
      label: words.subject,
      lead: true,
      cell: ({ subject, detail }) => (
        <>
          <span className={styles["id"]}>{subject}</span>
          <span className={styles["two"]}>{detail && told(detail)}</span>
        </>
      ),
    },
    {
      id: "actor",
      label: words.actor,
      cell: ({ actor }) => <span className={styles["id"]}>{actor}</span>,
    },
  ];
  return (
    <DataTable caption={words.audit} columns={columns} rows={rows} rowKey={({ id }) => id} dense />
  );
}

const told = (detail: Readonly<Record<string, unknown>>): string =>
  Object.entries(detail)
    .filter(([, value]) => value !== null)
    .map(([name, value]) => `${name}: ${typeof value === "string" ? value : JSON.stringify(value)}`)
    .join(", ");
