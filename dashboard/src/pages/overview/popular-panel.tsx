import type { ReactNode } from "react";
import { usePriceList } from "../../api/price-list";
import type { Schemas } from "../../api/types";
import { LinkButton } from "../../parts/button";
import { ConfigurationCell } from "../../parts/configuration-cell";
import { DataTable, type Column } from "../../parts/data-table";
import type { Answer } from "../../parts/panel";
import { Empty } from "../../parts/panel-states";
import { useViewAddress } from "../../view/view-link";
import { useFormats } from "../../words/formats";
import { useLanguage, useWords } from "../../words/language";
import { rateOf, THRESHOLD } from "../../parts/rate";
import { OverviewPanel } from "./overview-panel";
import { OVERVIEW_WORDS } from "./words";

type Overview = Schemas["Overview"];
type Popular = Schemas["PopularConfiguration"];

const SHOWN = 6;

/** The configurations most sessions ended with; the rest is on the page about them. */
export function PopularPanel({ answer }: { answer: Answer<Overview> }) {
  const words = useWords(OVERVIEW_WORDS);
  const address = useViewAddress();
  return (
    <OverviewPanel
      title={words.popular}
      note={words.popularNote}
      action={
        <LinkButton small to={address("/configurations")}>
          {words.all}
        </LinkButton>
      }
      foot={words.few(THRESHOLD)}
      span={8}
      answer={answer}
      shape="table"
      what={words.popularWhat}
    >
      {({ popularConfigurations }) =>
        popularConfigurations.length ? (
          <Table rows={popularConfigurations.slice(0, SHOWN)} />
        ) : (
          <Empty>{words.popularEmpty}</Empty>
        )
      }
    </OverviewPanel>
  );
}

function Table({ rows }: { rows: readonly Popular[] }) {
  const words = useWords(OVERVIEW_WORDS);
  return (
    <DataTable
      caption={words.popular}
      columns={useColumns()}
      rows={rows}
      rowKey={({ configurationHash }) => configurationHash}
    />
  );
}

function useColumns(): Column<Popular>[] {
  const words = useWords(OVERVIEW_WORDS);
  const { language } = useLanguage();
  const { data: list } = usePriceList();
  const { money, number, share, shortDateTime } = useFormats();
  const figure = (
    id: string,
    label: string,
    of: (row: Popular) => number | null,
    write: (value: number | null) => ReactNode,
  ): Column<Popular> => ({
    id,
    label,
    figure: true,
    cell: (row) => write(of(row)),
  });
  return [
    {
      id: "configuration",
      label: words.configuration,
      lead: true,
      cell: ({ configuration }) => (
        <ConfigurationCell configuration={configuration} list={list} language={language} />
      ),
    },
    figure("price", words.pricePerHouse, (row) => row.averagePrice, money),
    figure("sessions", words.sessions, (row) => row.selectionCount, number),
    figure("orders", words.ordered, (row) => row.completionCount, number),
    figure(
      "conversion",
      words.conversion,
      (row) => rateOf(row.selectionCount, row.completionCount),
      (rate) => <b>{share(rate)}</b>,
    ),
    {
      id: "last",
      label: words.last,
      figure: true,
      cell: (row) => shortDateTime(row.lastSelected),
    },
  ];
}
