import { usePriceList } from "../../api/price-list";
import { useAnswer } from "../../api/queries";
import type { Schemas } from "../../api/types";
import { ConfigurationCell } from "../../parts/configuration-cell";
import { DataTable, type Column } from "../../parts/data-table";
import { Panel } from "../../parts/panel";
import { Empty } from "../../parts/panel-states";
import { useView } from "../../view/view";
import { useFormats } from "../../words/formats";
import { useLanguage, useWords } from "../../words/language";
import { FUNNEL_WORDS } from "./words";

type Popular = Schemas["PopularConfiguration"];

const SHOWN = 5;
/** The most frequent ones that are looked through. */
const AMONG = 50;

/** The houses that most sessions ended with and did not order. */
export function LeftPanel() {
  const words = useWords(FUNNEL_WORDS);
  const { language } = useLanguage();
  const { data: list } = usePriceList();
  const { query } = useView();
  const { money, number } = useFormats();
  const asked = new URLSearchParams(query);
  asked.set("limit", String(AMONG));
  const answer = useAnswer("/api/admin/analytics/popular-configs", asked);
  const columns: Column<Popular>[] = [
    {
      id: "configuration",
      label: words.house,
      lead: true,
      cell: ({ configuration }) => (
        <ConfigurationCell configuration={configuration} list={list} language={language} />
      ),
    },
    {
      id: "price",
      label: words.price,
      figure: true,
      cell: ({ averagePrice }) => money(averagePrice),
    },
    {
      id: "left",
      label: words.left,
      figure: true,
      cell: (row) => <b>{number(leftOf(row))}</b>,
    },
  ];
  return (
    <Panel
      title={words.leftTitle}
      note={words.leftNote}
      answer={answer}
      shape="table"
      what={words.leftWhat}
      isEmpty={({ configurations }) => !configurations.some(leftOf)}
      empty={<Empty>{words.leftEmpty}</Empty>}
    >
      {({ configurations }) => (
        <DataTable
          caption={words.leftTitle}
          columns={columns}
          rows={mostLeft(configurations)}
          rowKey={({ configurationHash }) => configurationHash}
          dense
        />
      )}
    </Panel>
  );
}

/** Sessions without an order, those still going on among them. */
const leftOf = ({ selectionCount, completionCount }: Popular): number =>
  selectionCount - completionCount;

const mostLeft = (configurations: readonly Popular[]): Popular[] =>
  configurations
    .filter(leftOf)
    .sort((one, other) => leftOf(other) - leftOf(one))
    .slice(0, SHOWN);
