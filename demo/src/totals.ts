import type { Choice, Choices } from "./configuration";
import { lineOf, type Amounts, type Category, type Group, type PriceList } from "./price-list";

/** A sum by the price list on this page; the price bar and the summary show the server's. */
export interface Total {
  euros: number;
  /** By category or group; null is on request and adds nothing. */
  lines: Map<string, number | null>;
}

/** Undefined: not offered. */
type Amount = number | null | undefined;

/** What the server would answer to these choices; undefined where one of them is not offered. */
export function totalOf(list: PriceList, choices: Choices): Total | undefined {
  const lines: Total["lines"] = new Map();
  const size = choices[list.base]?.option;
  if (!size) return { euros: 0, lines };
  for (const group of list.groups) {
    const bound = group.categories.includes(list.base);
    if (bound || group.categories.some((category) => choices[category]))
      if (!put(lines, group.id, groupAmount(list, group, choices, size))) return undefined;
  }
  for (const category of list.categories) {
    const choice = choices[category.id];
    if (!choice || category.pricedBy === "group") continue;
    if (!put(lines, lineOf(category), amountOf(category, choice, size))) return undefined;
  }
  return { euros: [...lines.values()].reduce((sum: number, line) => sum + (line ?? 0), 0), lines };
}

function put(lines: Total["lines"], line: string, amount: Amount): boolean {
  if (amount === undefined) return false;
  lines.set(line, amount);
  return true;
}

/** Where a category is not chosen and no option stands in for it, the whole line is 0. */
function groupAmount(list: PriceList, group: Group, choices: Choices, size: string): Amount {
  const rows = group.categories.filter((category) => category !== list.base);
  const options = rows.map((category) => choices[category]?.option ?? group.notChosen[category]);
  if (options.includes(undefined)) return 0;
  return group.prices.find((row) =>
    rows.every((category, index) => row.options[category] === options[index]),
  )?.amounts[size];
}

function amountOf(category: Category, { option, measure }: Choice, size: string): Amount {
  const row = category.prices?.[option];
  if (category.pricedBy === "table") return (row as Amounts | undefined)?.[size];
  if (measure === undefined || measure > (category.limits?.[size] ?? 0)) return undefined;
  if (category.pricedBy === "quantity")
    return (row?.[size] as Amounts | undefined)?.[String(measure)];
  const unit = (row as Amounts | undefined)?.[size];
  return typeof unit === "number" ? times(measure, unit) : unit;
}

/** Rounded half up to the euro from the exact product: 20.1 m² are 20.1, not the float nearby. */
function times(measure: number, unit: number): number {
  const [whole = "", fraction = ""] = String(measure).split(".");
  const scale = 10n ** BigInt(fraction.length);
  return Number((2n * BigInt(whole + fraction) * BigInt(unit) + scale) / (2n * scale));
}
