import { usePriceList } from "../../api/price-list";
import { nameOf } from "../../parts/configuration";
import { useLanguage, useWords } from "../../words/language";
import { FUNNEL_WORDS } from "./words";

interface Names {
  /** The categories of the price list in force, in its order. */
  order: readonly string[];
  category: (id: string) => string;
  option: (category: string, id: string | null) => string;
  step: (id: string, label: string) => string;
}

/** Categories, options and steps as the chosen language calls them; ids where nothing does. */
export function useNames(): Names {
  const words = useWords(FUNNEL_WORDS);
  const { language } = useLanguage();
  const { data: list } = usePriceList();
  const found = (id: string) => list?.categories.find((category) => category.id === id);
  const category = (id: string): string => {
    const known = found(id);
    return words.known[id] ?? (known ? nameOf(known, language) : id);
  };
  return {
    order: list?.categories.map(({ id }) => id) ?? [],
    category,
    option: (of, id) => {
      if (id === null) return words.nothing;
      const known = found(of)?.options.find((option) => option.id === id);
      return known ? nameOf(known, language) : id;
    },
    step: (id, label) =>
      words.known[id] ?? (found(id) ? words.chosen(category(id)) : label),
  };
}
