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
  cause: "user" | "rule" | "undo";
}

/** A choice brought along, from a link or an earlier visit, that could not be taken as it was. */
export interface Misfit {
  category: string;
  before: Choice;
  /** Undefined where nothing of it is left. */
  after: Choice | undefined;
}

/** The visitor's configuration. Quantities and areas stay within what the size allows. */
export class Configuration {
  #choices: Choices;
  readonly #past: Choices[] = [];
  readonly #listeners: ((changes: Change[]) => void)[] = [];
  /** What of the choices brought along the price list does not name, offer or allow. */
  readonly misfits: Misfit[];

  constructor(
    readonly list: PriceList,
    brought: Choices,
  ) {
    this.#choices = this.#withinLimits(known(brought, list));
    this.misfits = Object.entries(brought)
      .map(([category, before]) => ({ category, before, after: this.#choices[category] }))
      .filter(({ before, after }) => !isTaken(before, after));
  }

  get choices(): Choices {
    return this.#choices;
  }

  get canUndo(): boolean {
    return this.#past.length > 0;
  }

  /** Called after each choice of the visitor with all that it changed, the choice itself first. */
  onChange(listener: (changes: Change[]) => void): void {
    this.#listeners.push(listener);
  }

  /** The measures that may be chosen: all up to the last, or only those named. */
  measures(
    category: Category,
    option: string,
    choices = this.#choices,
  ): { largest: number; only?: number[] } {
    const size = choices[this.list.base]?.option;
    const limits = category.limits ?? {};
    const largest = size ? (limits[size] ?? 0) : Math.max(0, ...Object.values(limits));
    const offered = offeredQuantities(category, option, size);
    if (!offered) return { largest };
    const only = offered.filter((quantity) => quantity > 0 && quantity <= largest);
    return { largest: only.at(-1) ?? 0, only };
  }

  /** The choices as they would be; a new size may lower a quantity or an area. */
  after(category: Category, choice: Choice | undefined): Choices {
    const { [category.id]: _, ...others } = this.#choices;
    const choices = choice ? { ...others, [category.id]: choice } : others;
    return category.id === this.list.base ? this.#withinLimits(choices) : choices;
  }

  choose(category: Category, choice: Choice | undefined): void {
    if (same(this.#choices[category.id], choice)) return;
    this.#past.push(this.#choices);
    this.#become(this.after(category, choice), (changed) =>
      changed === category ? "user" : "rule",
    );
  }

  undo(): void {
    const before = this.#past.pop();
    if (before) this.#become(before, () => "undo");
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

  #become(choices: Choices, causeOf: (category: Category) => Change["cause"]): void {
    const past = this.#choices;
    this.#choices = choices;
    const changes = this.list.categories
      .map((category) => ({
        category,
        before: past[category.id],
        after: choices[category.id],
        cause: causeOf(category),
      }))
      .filter(({ before, after }) => !same(before, after))
      .sort((a, b) => Number(b.cause === "user") - Number(a.cause === "user"));
    this.#listeners.forEach((listener) => listener(changes));
  }

  #withinLimits(choices: Choices): Choices {
    const within = { ...choices };
    for (const category of this.list.categories) {
      const choice = within[category.id];
      if (choice?.measure === undefined) continue;
      const { largest, only } = this.measures(category, choice.option, within);
      const most = Math.min(choice.measure, largest);
      const measure = only?.findLast((each) => each <= most) ?? most;
      if (measure > 0) within[category.id] = { ...choice, measure };
      else delete within[category.id];
    }
    return within;
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

/** Whole pieces; square metres to the hundredth. */
export const rounded = (category: Category, measure: number): number =>
  category.kind === "area" ? Math.round(measure * 100) / 100 : Math.round(measure);

const same = (one: Choice | undefined, other: Choice | undefined): boolean =>
  one?.option === other?.option && one?.measure === other?.measure;

/** A measure where none is asked for is no loss. */
const isTaken = (before: Choice, after: Choice | undefined): boolean =>
  same(before, after) || (before.option === after?.option && after.measure === undefined);

/** What was brought along may be older than the price list. */
function known(brought: Choices, list: PriceList): Choices {
  const kept: Choices = {};
  for (const category of list.categories) {
    const choice = brought[category.id];
    if (!choice || !category.options.some(({ id }) => id === choice.option)) continue;
    const { option, measure } = choice;
    if (!isMeasured(category)) kept[category.id] = { option };
    else if (measure !== undefined)
      kept[category.id] = { option, measure: rounded(category, measure) };
  }
  return kept;
}
