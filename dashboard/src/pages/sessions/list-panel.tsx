import type { Schemas } from "../../api/types";
import type { Problem } from "../../api/problem";
import { Button } from "../../parts/button";
import { Pager } from "../../parts/pager";
import { Panel, type Answer } from "../../parts/panel";
import { Empty } from "../../parts/panel-states";
import { Select } from "../../parts/select";
import { useView } from "../../view/view";
import { useFormats } from "../../words/formats";
import { useWords } from "../../words/language";
import { IdSearch } from "./id-search";
import type { useListView } from "./list-view";
import { SessionTable } from "./session-table";
import styles from "./sessions.module.css";
import { SESSIONS_WORDS, STATUSES, type Status } from "./words";

type SessionPage = Schemas["SessionPage"];

interface ListPanelProps {
  answer: Answer<SessionPage> & { error: Problem | null };
  listed: ReturnType<typeof useListView>;
}

/** One page of the sessions, each leading to its journey. */
export function ListPanel({ answer, listed }: ListPanelProps) {
  const words = useWords(SESSIONS_WORDS);
  if (answer.error?.field === "cursor")
    return (
      <Panel title={words.list}>
        <Empty next={<Button onClick={listed.toFirst}>{words.firstPage}</Button>}>
          {words.noSuchPage}
        </Empty>
      </Panel>
    );
  return (
    <Panel
      title={words.list}
      note={words.listNote}
      action={<Narrowing listed={listed} />}
      foot={(page: SessionPage) => <Pages page={page} listed={listed} />}
      answer={answer}
      shape="table"
      what={words.listWhat}
      isEmpty={({ items }) => items.length === 0}
      empty={<Nothing listed={listed} />}
    >
      {({ items }) => <SessionTable rows={items} />}
    </Panel>
  );
}

function Narrowing({ listed }: Pick<ListPanelProps, "listed">) {
  const words = useWords(SESSIONS_WORDS);
  const options = [
    { value: "" as Status | "", label: words.all },
    ...STATUSES.map((value) => ({ value, label: words.statuses[value] })),
  ];
  return (
    <div className={styles["narrowing"]}>
      <Select
        label={words.status}
        options={options}
        value={listed.status ?? ""}
        onChange={(next) => listed.setStatus(next || undefined)}
      />
      <IdSearch part={listed.part ?? ""} onSearch={listed.setPart} />
    </div>
  );
}

function Pages({ page: { items, nextCursor }, listed }: { page: SessionPage } & Pick<ListPanelProps, "listed">) {
  const words = useWords(SESSIONS_WORDS);
  const { number } = useFormats();
  if (!listed.cursor && !nextCursor) return null;
  const count = words.sessions(items.length, number(items.length));
  return (
    <Pager
      text={listed.page ? words.page(listed.page, count) : words.laterPage(count)}
      onPrevious={listed.cursor ? listed.toPrevious : undefined}
      onNext={nextCursor ? () => listed.toNext(nextCursor) : undefined}
    />
  );
}

/** Why there is nothing, and what to do about it. */
function Nothing({ listed }: Pick<ListPanelProps, "listed">) {
  const words = useWords(SESSIONS_WORDS);
  const { range, setRange } = useView();
  if (listed.filterCount)
    return (
      <Empty next={<Button onClick={listed.clear}>{words.clear}</Button>}>
        {words.filtered(listed.filterCount)}
      </Empty>
    );
  const isWide = "timeRange" in range && range.timeRange === "90d";
  const widen = <Button onClick={() => setRange({ timeRange: "90d" })}>{words.widen}</Button>;
  return <Empty next={isWide ? words.howTheyCome : widen}>{words.empty}</Empty>;
}
