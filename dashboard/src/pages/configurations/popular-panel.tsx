import { useAnswer } from "../../api/queries";
import { usePriceList } from "../../api/price-list";
import type { Schemas } from "../../api/types";
import { ConfigurationCell } from "../../parts/configuration-cell";
import { DataTable, type Column } from "../../parts/data-table";
import { Panel } from "../../parts/panel";
import { Empty } from "../../parts/panel-states";
import { Select } from "../../parts/select";
import { Bar } from "../../parts/share-rows";
import { useView } from "../../view/view";
import { useFormats } from "../../words/formats";
import { useLanguage, useWords } from "../../words/language";
import { rateOf, THRESHOLD } from "../../parts/rate";
import { CONFIGURATIONS_WORDS } from "./words";

type Popular = Schemas["PopularConfiguration"];

const COUNTS = ["10", "25", "50", "100"] as const;

/** The configurations that occur most, as wholes. */
export function PopularPanel() {
  const words = useWords(CONFIGURATIONS_WORDS);
  const { query, own, setOwn } = useView();
  const count = COUNTS.find((each) => each === own("top")) ?? COUNTS[0];
  const asked = new URLSearchParams(query);
  asked.set("limit", count);
  const answer = useAnswer("/api/admin/analytics/popular-configs", asked);
  const options = COUNTS.map((value) => ({ value, label: words.top(Number(value)) }));
  return (
    <Panel
      title={words.popular}
      note={words.popularNote}
      action={
        <Select
          label={words.how}
          labelHidden
          small
          options={options}
          value={count}
          onChange={(next) => setOwn({ top: next === COUNTS[0] ? undefined : next })}
        />
      }
      foot={words.few(THRESHOLD)}
      answer={answer}
      shape="table"
      what={words.popularWhat}
      isEmpty={({ configurations }) => configurations.length === 0}
      empty={<Empty>{words.popularEmpty}</Empty>}
    >
      {({ configurations }) => <Table rows={configurations} />}
    </Panel>
  );
}

function Table({ rows }: { rows: readonly Popular[] }) {
  const words = useWords(CONFIGURATIONS_WORDS);
  const { language } = useLanguage();
  const { data: list } = usePriceList();
  const { money, number, share, shortDateTime } = useFormats();
  const most = Math.max(...rows.map(({ selectionCount }) => selectionCount));
  const conversion = (row: Popular) => rateOf(row.selectionCount, row.completionCount);
  const columns: Column<Popular>[] = [
    {
      id: "configuration",
      label: words.configuration,
      lead: true,
      cell: ({ configuration }) => (
        <ConfigurationCell configuration={configuration} list={list} language={language} />
      ),
      text: ({ configurationHash }) => configurationHash,
    },
    {
      id: "price",
      label: words.averagePrice,
      figure: true,
      cell: (row) => money(row.averagePrice),
      sortBy: (row) => row.averagePrice,
    },
    {
      id: "sessions",
      label: words.sessions,
      figure: true,
      cell: (row) => number(row.selectionCount),
      sortBy: (row) => row.selectionCount,
    },
    {
      id: "bar",
      label: words.share,
      labelHidden: true,
      cell: (row) => <Bar share={row.selectionCount / most} />,
    },
    {
      id: "orders",
      label: words.orders,
      figure: true,
      cell: (row) => number(row.completionCount),
      sortBy: (row) => row.completionCount,
    },
    {
      id: "conversion",
      label: words.conversion,
      figure: true,
      cell: (row) => <b>{share(conversion(row))}</b>,
      sortBy: conversion,
    },
    {
      id: "last",
      label: words.last,
      figure: true,
      cell: (row) => shortDateTime(row.lastSelected),
      sortBy: (row) => row.lastSelected,
    },
  ];
  return (
    <DataTable
      caption={words.popular}
      columns={columns}
      rows={rows}
      rowKey={({ configurationHash }) => configurationHash}
    />
  );
}
