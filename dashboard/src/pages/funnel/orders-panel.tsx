import type { Schemas } from "../../api/types";
import { DataTable, type Column } from "../../parts/data-table";
import { Panel, type Answer } from "../../parts/panel";
import { Empty } from "../../parts/panel-states";
import { useFormats } from "../../words/formats";
import { useWords } from "../../words/language";
import { rateOf, THRESHOLD } from "../../parts/rate";
import styles from "./funnel.module.css";
import { useNames } from "./names";
import { FUNNEL_WORDS } from "./words";

type Paths = Schemas["Paths"];
type Order = Paths["orders"][number];

/** In which order the categories are decided for the first time. */
export function OrdersPanel({ answer }: { answer: Answer<Paths> }) {
  const words = useWords(FUNNEL_WORDS);
  const names = useNames();
  const { number, share } = useFormats();
  const written = ({ categories }: Order): string => categories.map(names.category).join(" / ");
  const conversion = (order: Order) => rateOf(order.sessions, order.converted);
  const columns: Column<Order>[] = [
    {
      id: "order",
      label: words.order,
      lead: true,
      cell: ({ categories }) => (
        <ol className={styles["order"]}>
          {categories.map((id) => (
            <li key={id}>{names.category(id)}</li>
          ))}
        </ol>
      ),
      text: written,
    },
    {
      id: "sessions",
      label: words.count,
      figure: true,
      cell: (order) => number(order.sessions),
      sortBy: (order) => order.sessions,
    },
    {
      id: "ordered",
      label: words.ordered,
      figure: true,
      cell: (order) => number(order.converted),
      sortBy: (order) => order.converted,
    },
    {
      id: "conversion",
      label: words.conversion,
      figure: true,
      cell: (order) => <b>{share(conversion(order))}</b>,
      sortBy: conversion,
    },
  ];
  return (
    <Panel
      title={words.orders}
      note={words.ordersNote}
      foot={words.few(THRESHOLD)}
      span={7}
      answer={answer}
      shape="table"
      what={words.pathsWhat}
      isEmpty={({ orders }) => orders.length === 0}
      empty={<Empty>{words.ordersEmpty}</Empty>}
    >
      {({ orders }) => (
        <DataTable caption={words.orders} columns={columns} rows={orders} rowKey={written} />
      )}
    </Panel>
  );
}
