import type { Choice, Choices } from "../../../demo/src/configuration";
import { isHouse } from "../../../demo/src/house";
import { houseSize, type HouseSize } from "../../../demo/src/house-size";
import type { Category, Option, PriceList } from "../../../demo/src/price-list";

export { isHouse };
export type { PriceList };

/** A configuration as the API gives it: option ids, perhaps with a measure, or true. */
export type Configuration = Readonly<Record<string, unknown>>;

/** What the demo draws: an option for each category, and how many or how much of it. */
export function choicesOf(configuration: Configuration, list: PriceList): Choices {
  const choices: Choices = {};
  for (const category of list.categories) {
    const choice = choiceOf(configuration[category.id], category);
    if (choice) choices[category.id] = choice;
  }
  return choices;
}

/** The id of the option chosen in a category, if any. */
export const optionOf = (configuration: Configuration, category: Category): Option | undefined => {
  const id = choiceOf(configuration[category.id], category)?.option;
  return category.options.find((option) => option.id === id);
};

function choiceOf(given: unknown, category: Category): Choice | undefined {
  const only = category.options.length === 1 ? category.options[0]!.id : undefined;
  if (typeof given === "string") return { option: given };
  if (given === true) return only ? { option: only } : undefined;
  if (typeof given !== "object" || given === null) return undefined;
  const { value, quantity, squareMeters } = given as Record<string, unknown>;
  const option = typeof value === "string" ? value : only;
  const measure = quantity ?? squareMeters;
  if (!option) return undefined;
  return typeof measure === "number" ? { option, measure } : { option };
}

export const sizeOf = (configuration: Configuration, list: PriceList): HouseSize | undefined => {
  const base = list.categories.find(({ id }) => id === list.base);
  const option = base && optionOf(configuration, base);
  return option && houseSize(option);
};

/** The name in this language, or the price list's own. */
export const nameOf = (
  named: { label: string; labels?: Record<string, string> | undefined },
  language: string,
): string => named.labels?.[language] ?? named.label;

export interface Named {
  category: string;
  label: string;
  option: string;
  measure?: number;
}

/** What is chosen by its names, in the order of the list; the base category is the first. */
export function namesOf(configuration: Configuration, list: PriceList, language: string): Named[] {
  const first = (category: Category): number => Number(category.id !== list.base);
  return list.categories
    .toSorted((one, other) => first(one) - first(other))
    .flatMap((category) => {
      const choice = choiceOf(configuration[category.id], category);
      const option = category.options.find(({ id }) => id === choice?.option);
      if (!choice || !option) return [];
      const { measure } = choice;
      return {
        category: category.id,
        label: nameOf(category, language),
        option: nameOf(option, language),
        ...(measure !== undefined && { measure }),
      };
    });
}
