import { useState, type FormEvent } from "react";
import { usePriceList } from "../api/price-list";
import { Button } from "../parts/button";
import type { PriceList } from "../parts/configuration";
import { Field } from "../parts/dialog";
import { Menu } from "../parts/menu";
import { Select } from "../parts/select";
import { FIELDS, useView, type Field as FieldName, type Filters } from "../view/view";
import { useLanguage, useWords, type Language } from "../words/language";
import { INSTRUMENT_WORDS } from "./instrument-words";
import styles from "./instruments.module.css";

type Name = FieldName | "category";

/** Adds a filter; the key "/" opens it. */
export function FilterMenu() {
  const words = useWords(INSTRUMENT_WORDS);
  const { setFilter, clearFilters, filterCount } = useView();
  return (
    <>
      <span data-filter="">
        <Menu look="quiet" icon="plus" label={words.filter}>
          {(close) => (
            <NewFilter
              onAdd={(filters) => {
                setFilter(filters);
                close();
              }}
            />
          )}
        </Menu>
      </span>
      {filterCount > 1 && (
        <Button look="quiet" onClick={clearFilters}>
          {words.clear}
        </Button>
      )}
    </>
  );
}

function NewFilter({ onAdd }: { onAdd: (filters: Filters) => void }) {
  const words = useWords(INSTRUMENT_WORDS);
  const { language } = useLanguage();
  const { data: list } = usePriceList();
  const [name, setName] = useState<Name>("deviceType");
  const [category, setCategory] = useState("");
  const [value, setValue] = useState("");
  const names = [...FIELDS, "category" as const].map((each) => ({
    value: each,
    label: words.fields[each],
  }));
  const isPrice = name === "minPrice" || name === "maxPrice";
  const options = optionsOf(name, category, list, language, words.devices);
  const add = (event: FormEvent): void => {
    event.preventDefault();
    if (name === "category" ? category && value : value.trim())
      onAdd(name === "category" ? { category, value } : { [name]: value.trim() });
  };
  return (
    <form className={styles["form"]} onSubmit={add}>
      <Select
        label={words.filterBy}
        options={names}
        value={name}
        onChange={(next) => {
          setName(next);
          setCategory("");
          setValue("");
        }}
      />
      {name === "category" && (
        <Select
          label={words.fields.category}
          options={chosenFirst(categoriesOf(list, language))}
          value={category}
          onChange={(next) => {
            setCategory(next);
            setValue("");
          }}
        />
      )}
      {options ? (
        <Select label={words.is} options={chosenFirst(options)} value={value} onChange={setValue} />
      ) : (
        <Field label={words.is} {...(isPrice && { hint: words.wholeEuros })}>
          {(id, describedBy) => (
            <input
              id={id}
              aria-describedby={describedBy}
              required
              maxLength={255}
              value={value}
              onChange={(event) => setValue(event.target.value)}
              {...(isPrice && { type: "number", min: 0, step: 1, inputMode: "numeric" })}
            />
          )}
        </Field>
      )}
      <Button type="submit" look="primary" disabled={!value}>
        {words.addFilter}
      </Button>
    </form>
  );
}

interface Option {
  value: string;
  label: string;
}

/** Before one is chosen there is an empty line. */
const chosenFirst = (options: readonly Option[]): readonly Option[] => [
  { value: "", label: "" },
  ...options,
];

const categoriesOf = (list: PriceList | undefined, language: Language): Option[] =>
  (list?.categories ?? [])
    .filter(({ options }) => options.length)
    .map(({ id, label, labels }) => ({ value: id, label: labels[language] ?? label }));

/** The values to choose from, where they are known. */
function optionsOf(
  name: Name,
  category: string,
  list: PriceList | undefined,
  language: Language,
  devices: Record<string, string>,
): Option[] | undefined {
  if (name === "deviceType")
    return Object.entries(devices).map(([value, label]) => ({ value, label }));
  if (name !== "category") return undefined;
  const found = list?.categories.find(({ id }) => id === category);
  return (found?.options ?? []).map(({ id, label, labels }) => ({
    value: id,
    label: labels[language] ?? label,
  }));
}
