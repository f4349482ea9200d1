import { usePriceList } from "../../api/price-list";
import type { Schemas } from "../../api/types";
import { nameOf, type PriceList } from "../../parts/configuration";
import { Panel, type Answer } from "../../parts/panel";
import { Empty } from "../../parts/panel-states";
import { ShareRows } from "../../parts/share-rows";
import { useFormats } from "../../words/formats";
import { useLanguage, useWords } from "../../words/language";
import styles from "./configurations.module.css";
import { CONFIGURATIONS_WORDS } from "./words";

type Selections = Schemas["Selections"];
type Item = Selections["items"][number];

/** What is chosen in each category, in the order of the price list. */
export function OptionsPanel({ answer }: { answer: Answer<Selections> }) {
  const words = useWords(CONFIGURATIONS_WORDS);
  return (
    <Panel
      title={words.options}
      note={words.optionsNote}
      answer={answer}
      what={words.optionsWhat}
      isEmpty={({ items }) => items.length === 0}
      empty={<Empty>{words.optionsEmpty}</Empty>}
    >
      {({ items }) => <Options items={items} />}
    </Panel>
  );
}

function Options({ items }: { items: readonly Item[] }) {
  const { data: list } = usePriceList();
  const ids = [...new Set(items.map(({ category }) => category))];
  return (
    <div className={styles["categories"]}>
      {ids.map((id) => (
        <Category
          key={id}
          id={id}
          list={list}
          items={items.filter(({ category }) => category === id)}
        />
      ))}
    </div>
  );
}

interface CategoryProps {
  id: string;
  list: PriceList | undefined;
  items: readonly Item[];
}

function Category({ id, list, items }: CategoryProps) {
  const { language } = useLanguage();
  const { number, share, milliseconds } = useFormats();
  const category = list?.categories.find((each) => each.id === id);
  const label = (item: Item): string => {
    const option = category?.options.find((each) => each.id === item.option);
    return option ? nameOf(option, language) : item.label || item.option;
  };
  return (
    <section className={styles["category"]}>
      <h3>{category ? nameOf(category, language) : id}</h3>
      <ShareRows
        rows={items.map((item) => ({
          key: item.option,
          label: label(item),
          value: share(item.share),
          count: number(item.sessions),
          share: item.share,
          ...(item.averageTimeMs !== null && {
            note: milliseconds(item.averageTimeMs),
          }),
        }))}
      />
    </section>
  );
}
