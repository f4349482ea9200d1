import { useAnswer } from "../../api/queries";
import { usePriceList } from "../../api/price-list";
import { OptionMatrix } from "../../charts/option-matrix";
import { nameOf, type PriceList } from "../../parts/configuration";
import { Panel } from "../../parts/panel";
import { Empty } from "../../parts/panel-states";
import { Select } from "../../parts/select";
import { useView } from "../../view/view";
import { useFormats } from "../../words/formats";
import { useLanguage, useWords } from "../../words/language";
import styles from "./configurations.module.css";
import { rateOf, THRESHOLD } from "../../parts/rate";
import { CONFIGURATIONS_WORDS } from "./words";

/** Which pairs of options end in an order. The address names the two categories. */
export function MatrixPanel() {
  const { data: list } = usePriceList();
  const { own } = useView();
  if (!list) return null;
  const known = list.categories.filter(({ options }) => options.length);
  const given = (name: string) => known.find(({ id }) => id === own(name));
  const base = given("columns") ?? known.find(({ id }) => id === list.base) ?? known[0];
  const other = given("rows") ?? known.find(({ id }) => id !== base?.id);
  return base && other && base !== other ? (
    <Matrix known={known} rows={other} columns={base} />
  ) : null;
}

type Category = PriceList["categories"][number];

interface MatrixProps {
  known: readonly Category[];
  rows: Category;
  columns: Category;
}

function Matrix({ known, rows, columns }: MatrixProps) {
  const words = useWords(CONFIGURATIONS_WORDS);
  const { number, share } = useFormats();
  const { language } = useLanguage();
  const { query, setOwn } = useView();
  const asked = new URLSearchParams(query);
  asked.set("a", rows.id);
  asked.set("b", columns.id);
  const answer = useAnswer("/api/admin/analytics/option-matrix", asked);
  const name = (category: Category): string => nameOf(category, language);
  const options = (without: Category) =>
    known.filter((each) => each !== without).map((each) => ({ value: each.id, label: name(each) }));
  const caption = words.matrixNote(name(rows), name(columns));
  return (
    <Panel
      title={words.matrix}
      note={caption}
      foot={words.small(THRESHOLD)}
      span={4}
      answer={answer}
      shape="table"
      what={words.matrixWhat}
      isEmpty={({ items }) => items.length === 0}
      empty={<Empty>{words.matrixEmpty}</Empty>}
    >
      {({ items }) => (
        <>
          <div className={styles["selects"]}>
            <Select
              label={words.rows}
              labelHidden
              small
              options={options(columns)}
              value={rows.id}
              onChange={(id) => setOwn({ rows: id })}
            />
            {words.by}
            <Select
              label={words.columns}
              labelHidden
              small
              options={options(rows)}
              value={columns.id}
              onChange={(id) => setOwn({ columns: id })}
            />
          </div>
          <OptionMatrix
            caption={caption}
            rowLabel={name(rows)}
            rows={shown(rows, items.map(({ a }) => a), language)}
            columns={shown(columns, items.map(({ b }) => b), language)}
            cells={items.map(({ a, b, sessions, converted }) => ({
              row: a,
              column: b,
              sessions,
              rate: rateOf(sessions, converted),
            }))}
            format={share}
            formatCount={number}
            threshold={THRESHOLD}
          />
        </>
      )}
    </Panel>
  );
}

/** The options that occur, in the order of the price list; those it does not know come last. */
function shown(category: Category, ids: readonly string[], language: string) {
  const known = category.options.filter(({ id }) => ids.includes(id));
  const others = [...new Set(ids)].filter((id) => !known.some((option) => option.id === id));
  return [
    ...known.map((option) => ({ id: option.id, label: nameOf(option, language) })),
    ...others.map((id) => ({ id, label: id })),
  ];
}
