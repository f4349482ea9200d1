import { Histogram } from "../../charts/histogram";
import { ChartKey } from "../../charts/key";
import type { Schemas } from "../../api/types";
import { Panel, type Answer } from "../../parts/panel";
import { Empty } from "../../parts/panel-states";
import { useFormats } from "../../words/formats";
import { useWords } from "../../words/language";
import { rateOf, THRESHOLD } from "../../parts/rate";
import { CONFIGURATIONS_WORDS } from "./words";

type Prices = Schemas["PriceDistribution"];

const QUANTILES = ["p10", "p25", "p50", "p75", "p90"] as const;

/** How prices are spread, and how many of each turn into orders. */
export function PricesPanel({ answer }: { answer: Answer<Prices> }) {
  const words = useWords(CONFIGURATIONS_WORDS);
  const { number } = useFormats();
  const priced = ({ buckets }: Prices): number =>
    buckets.reduce((sum, { sessions }) => sum + sessions, 0);
  return (
    <Panel
      title={words.prices}
      note={(data: Prices) => words.withPrice(number(priced(data)))}
      action={
        <ChartKey
          items={[
            { label: words.sessions, colour: "--chart-1" },
            { label: words.conversion, colour: "--chart-2" },
          ]}
        />
      }
      foot={words.noRate(THRESHOLD)}
      span={8}
      answer={answer}
      shape="chart"
      what={words.pricesWhat}
      isEmpty={(data) => data.buckets.length === 0}
      empty={<Empty>{words.pricesEmpty}</Empty>}
    >
      {(data) => <Prices data={data} />}
    </Panel>
  );
}

function Prices({ data }: { data: Prices }) {
  const words = useWords(CONFIGURATIONS_WORDS);
  const { money, number, share, shortMoney } = useFormats();
  const { buckets, quantiles } = data;
  const title = ({ from, to }: { from: number; to: number }): string =>
    words.bucket(money(from), money(to));
  const conversion = buckets.map(({ sessions, converted }) => rateOf(sessions, converted));
  const percent = (name: (typeof QUANTILES)[number]): string => share(Number(name.slice(1)) / 100);
  return (
    <Histogram
      statement={words.pricesStatement(
        money(quantiles.p50),
        money(quantiles.p10),
        money(quantiles.p90),
      )}
      file="prices"
      table={{
        caption: words.prices,
        rows: buckets,
        rowKey: ({ from }) => String(from),
        columns: [
          { id: "from", label: words.from, figure: true, cell: (b) => money(b.from), text: (b) => b.from },
          { id: "to", label: words.to, figure: true, cell: (b) => money(b.to), text: (b) => b.to },
          { id: "sessions", label: words.sessions, figure: true, cell: (b) => number(b.sessions), text: (b) => b.sessions },
          { id: "converted", label: words.orders, figure: true, cell: (b) => number(b.converted), text: (b) => b.converted },
          { id: "conversion", label: words.conversion, figure: true, cell: (b) => share(rateOf(b.sessions, b.converted)), text: (b) => rateOf(b.sessions, b.converted) },
        ],
      }}
      buckets={buckets.map((bucket) => ({ ...bucket, count: bucket.sessions, title: title(bucket) }))}
      countName={words.sessions}
      format={number}
      edge={shortMoney}
      quantiles={QUANTILES.flatMap((name) => {
        const value = quantiles[name];
        if (value === null) return [];
        const label = name === "p50" ? "Median" : percent(name).replace(/[.,]0/, "");
        return [{ value, label, text: shortMoney(value), main: name === "p50" }];
      })}
      quantilesLabel={words.chain}
      lane={{ name: words.conversion, values: conversion, format: share }}
      extra={(index) => [[words.orders, number(buckets[index]?.converted)]]}
    />
  );
}
