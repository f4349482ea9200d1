import { usePriceList } from "../api/price-list";
import { Chip } from "../parts/chip";
import { FIELDS, useView, type Field } from "../view/view";
import { useFormats } from "../words/formats";
import { useLanguage, useWords } from "../words/language";
import { INSTRUMENT_WORDS } from "./instrument-words";

/** What is filtered by, each to be taken away. */
export function FilterChips() {
  const words = useWords(INSTRUMENT_WORDS);
  const { money } = useFormats();
  const { filters, removeFilter } = useView();
  const choice = useChoiceName(filters.category, filters.value);
  const valueOf = (name: Field): string => {
    const value = filters[name] ?? "";
    if (name === "deviceType") return words.devices[value] ?? value;
    return name === "minPrice" || name === "maxPrice" ? money(Number(value)) : value;
  };
  return (
    <>
      {FIELDS.filter((name) => filters[name]).map((name) => (
        <Chip
          key={name}
          label={words.fields[name]}
          value={valueOf(name)}
          onRemove={() => removeFilter(name)}
        />
      ))}
      {choice && (
        <Chip label={choice.category} value={choice.option} onRemove={() => removeFilter("category")} />
      )}
    </>
  );
}

/** As the price list in force calls them, else as the address does. */
function useChoiceName(category?: string, value?: string) {
  const { language } = useLanguage();
  const { data: list } = usePriceList();
  if (!category || !value) return undefined;
  const found = list?.categories.find(({ id }) => id === category);
  const option = found?.options.find(({ id }) => id === value);
  return {
    category: found?.labels[language] ?? found?.label ?? category,
    option: option?.labels[language] ?? option?.label ?? value,
  };
}
