/** Whole euros by option of the base category; null is on request, missing is not offered. */
export type Amounts = Record<string, number | null>;

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
  /** As which option a category is priced where none of its options is chosen. */
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
  const response = await fetch("/api/pricing/data", { cache: "no-cache" });
  if (!response.ok) throw new Error(`/api/pricing/data answered ${response.status}`);
  return (await response.json()) as PriceList;
}

/** The line of a breakdown that prices this category. */
export const lineOf = (category: Category): string => category.group ?? category.id;

/** What a line of a breakdown is called, and its categories in the order of the list. */
export function priced(list: PriceList, line: string): Group | Category | undefined {
  return (
    list.groups.find(({ id }) => id === line) ?? list.categories.find(({ id }) => id === line)
  );
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
