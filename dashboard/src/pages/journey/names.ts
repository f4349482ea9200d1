import { useMemo } from "react";
import { usePriceList } from "../../api/price-list";
import { nameOf, type PriceList } from "../../parts/configuration";
import { useLanguage, useWords } from "../../words/language";
import { JOURNEY_WORDS, type JourneyWords } from "./words";

export interface Names {
  /** The price list in force, once it is there. */
  list: PriceList | undefined;
  /** Its categories, in its order. */
  order: readonly string[];
  category: (id: string) => string;
  /** A choice as the API writes it: an id, or one with a quantity or an area. */
  choice: (category: string, choice: unknown) => string;
  step: (id: string) => string;
}

/** Categories and options as the chosen language calls them; ids where the price list does not. */
export function useNames(): Names {
  const words = useWords(JOURNEY_WORDS);
  const { language } = useLanguage();
  const { data: list } = usePriceList();
  return useMemo(() => namesIn(list, language, words), [list, language, words]);
}

function namesIn(list: PriceList | undefined, language: string, words: JourneyWords): Names {
  const found = (id: string) => list?.categories.find((category) => category.id === id);
  const category = (id: string): string => {
    const known = found(id);
    return known ? nameOf(known, language) : (words.places[id] ?? id);
  };
  const option = (of: string, id: unknown): string => {
    const options = found(of)?.options ?? [];
    const known = id === true ? options[0] : options.find((each) => each.id === id);
    return known ? nameOf(known, language) : String(id);
  };
  return {
    list,
    order: list?.categories.map(({ id }) => id) ?? [],
    category,
    choice: (of, choice) => {
      if (choice === null || choice === undefined) return words.nothing;
      if (typeof choice !== "object") return option(of, choice);
      const { value = true, quantity, squareMeters } = choice as Record<string, unknown>;
      if (typeof quantity === "number") return words.times(option(of, value), quantity);
      if (typeof squareMeters === "number") return words.area(option(of, value), squareMeters);
      return option(of, value);
    },
    step: (id) => words.steps[id] ?? (found(id) ? words.chosen(category(id)) : id),
  };
}
