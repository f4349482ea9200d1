import { offeredQuantities, type Category, type PriceList } from "./price-list";

/** What is chosen in one category; the measure is a quantity or square metres. */
export interface Choice {
  option: string;
  measure?: number;
}

export type Choices = Record<string, Choice>;

/** A configuration as the API takes it. */
export type Sent = Record<string, string | { value: string; [measure: string]: string | number }>;

export interface Change {
  category: Category;
  before: Choice | undefined;
  after: Choice | undefined;
  cause: "user" | "rule";
}

/** The visitor's configuration. Quantities and areas stay within what the size allows. */
export class Configuration {
  #choices: Choices;
  readonly #listeners: ((changes: Change[]) => void)[] = [];

  constructor(
    readonly list: PriceList,
    choices: Choices,
  ) {
    this.#choices = stillOffered(choices, list);
  }

  get choices(): Choices {
    return this.#choices;
  }

  /** Called after each choice of the visitor with all that it changed, in order. */
  onChange(listener: (changes: Change[]) => void): void {
    this.#listeners.push(listener);
  }

  /** Option by category. */
  options(): Record<string, string> {
    return Object.fromEntries(
      Object.entries(this.#choices).map(([category, { option }]) => [category, option]),
    );
  }

  /** The measures that may be chosen: all up to the last, or only those named. */
  measures(category: Category, option: string): { largest: number; only?: number[] } {
    const size = this.#choices[this.list.base]?.option;
    const limits = category.limits ?? {};
    const largest = size ? (limits[size] ?? 0) : Math.max(0, ...Object.values(limits));
    const offered = offeredQuantities(category, option, size);
    if (!offered) return { largest };
    const only = offered.filter((quantity) => quantity > 0 && quantity <= largest);
    return { largest: only.at(-1) ?? 0, only };
  }

  choose(category: Category, after: Choice | undefined): void {
    const before = this.#choices[category.id];
    if (before?.option === after?.option && before?.measure === after?.measure) return;
    this.#set(category, after);
    const changes: Change[] = [{ category, before, after, cause: "user" }];
    if (category.id === this.list.base) changes.push(...this.#withinLimits());
    this.#listeners.forEach((listener) => listener(changes));
  }

  toSend(): Sent {
    const sent: Sent = {};
    for (const category of this.list.categories) {
      const choice = this.#choices[category.id];
      if (!choice) continue;
      const { option, measure } = choice;
      sent[category.id] =
        measure === undefined ? option : { value: option, [measureOf(category)]: measure };
    }
    return sent;
  }

  #withinLimits(): Change[] {
    const changes: Change[] = [];
    for (const category of this.list.categories) {
      const before = this.#choices[category.id];
      if (before?.measure === undefined) continue;
      const { largest, only } = this.measures(category, before.option);
      const measure =
        only?.findLast((each) => each <= before.measure!) ?? Math.min(before.measure, largest);
      if (measure === before.measure) continue;
      const after = measure > 0 ? { ...before, measure } : undefined;
      this.#set(category, after);
      changes.push({ category, before, after, cause: "rule" });
    }
    return changes;
  }

  #set(category: Category, choice: Choice | undefined): void {
    const { [category.id]: _, ...others } = this.#choices;
    this.#choices = choice ? { ...others, [category.id]: choice } : others;
  }
}

export const isMeasured = (category: Category): boolean =>
  category.kind === "quantity" || category.kind === "area";

export const measureOf = (category: Category): "quantity" | "squareMeters" =>
  category.kind === "area" ? "squareMeters" : "quantity";

export const preselected = (list: PriceList): Choices =>
  Object.fromEntries(
    Object.entries(list.preselected).map(([category, option]) => [category, { option }]),
  );

/** A remembered choice may be older than the price list. */
function stillOffered(choices: Choices, list: PriceList): Choices {
  const kept: Choices = {};
  for (const category of list.categories) {
    const choice = choices[category.id];
    if (!choice || !category.options.some(({ id }) => id === choice.option)) continue;
    if (isMeasured(category) === (typeof choice.measure === "number")) kept[category.id] = choice;
  }
  return kept;
}
