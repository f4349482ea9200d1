/** Whole euros by option of the base category; null is on request, missing is not offered. */
type Amounts = Record<string, number | null>;

export interface Option {
  id: string;
  label: string;
  labels: Record<string, string>;
  description?: string;
}

export interface Category {
  id: string;
  label: string;
  labels: Record<string, string>;
  required: boolean;
  kind: "choice" | "checkbox" | "quantity" | "area";
  options: Option[];
  /** The largest quantity or area by option of the base category. */
  limits?: Record<string, number>;
  pricedBy: "group" | "table" | "unit" | "quantity";
  group?: string;
  prices?: Record<string, Amounts | Record<string, Amounts>>;
}

/** Categories priced together: an amount for each combination of options. */
export interface Group {
  id: string;
  label: string;
  labels: Record<string, string>;
  categories: string[];
  notChosen: Record<string, string>;
  prices: { options: Record<string, string>; amounts: Amounts }[];
}

/** The answer of GET /api/pricing/data. */
export interface PriceList {
  version: string;
  language: string;
  base: string;
  required: string[];
  preselected: Record<string, string>;
  groups: Group[];
  categories: Category[];
  monthlyRate: { yearlyInterestPercent: number; months: number };
}

export async function loadPriceList(): Promise<PriceList> {
  const response = await fetch("/api/pricing/data");
  if (!response.ok) throw new Error(`/api/pricing/data answered ${response.status}`);
  return (await response.json()) as PriceList;
}

/** What an option costs at this size, in euros; for quantities and areas one of them. */
export type Offer = number | "on request" | "not offered" | undefined;

/**
 * The price to show beside an option. Undefined where it cannot be told by itself. Options of a
 * group that the size belongs to are compared with the one that counts where none is chosen.
 */
export function offer(
  list: PriceList,
  category: Category,
  option: string,
  chosen: Record<string, string>,
): Offer {
  if (category.id === list.base) return category.prices && amount(category.prices[option], option);
  const size = chosen[list.base];
  if (!size) return undefined;
  if (category.pricedBy !== "group")
    return category.pricedBy === "quantity" ? undefined : amount(category.prices?.[option], size);
  const group = list.groups.find(({ id }) => id === category.group);
  if (!group) return undefined;
  const others = { ...group.notChosen, ...chosen };
  if (!group.categories.includes(list.base))
    return inGroup(group, { ...others, [category.id]: option }, size);
  const here = inGroup(group, { ...group.notChosen, [category.id]: option }, size);
  const least = inGroup(group, group.notChosen, size);
  return typeof here === "number" && typeof least === "number" ? here - least : here;
}

/** The quantities that are offered, ascending; undefined where each up to the limit is. */
export function offeredQuantities(
  category: Category,
  option: string,
  size: string | undefined,
): number[] | undefined {
  if (category.pricedBy !== "quantity" || !size) return undefined;
  const table = category.prices?.[option]?.[size];
  return Object.keys(table ?? {})
    .map(Number)
    .sort((a, b) => a - b);
}

function amount(row: Amounts | Record<string, Amounts> | undefined, size: string): Offer {
  const cell = row?.[size];
  if (cell === null) return "on request";
  return typeof cell === "number" ? cell : "not offered";
}

function inGroup(group: Group, chosen: Record<string, string>, size: string): Offer {
  const row = group.prices.find(({ options }) =>
    Object.entries(options).every(([category, option]) => chosen[category] === option),
  );
  return row && amount(row.amounts, size);
}
