import { useMemo } from "react";
import { useSearchParams } from "react-router";

export const PRESETS = ["24h", "7d", "30d", "90d"] as const;
export type Preset = (typeof PRESETS)[number];
const USUAL: Preset = "30d";

export const BOTS = ["exclude", "include", "only"] as const;
export type Bots = (typeof BOTS)[number];

/** The filters of all reports but `category` with `value`, which belong together. */
export const FIELDS = [
  "deviceType",
  "browser",
  "utmSource",
  "utmMedium",
  "utmCampaign",
  "referrerHost",
  "minPrice",
  "maxPrice",
] as const;
export type Field = (typeof FIELDS)[number];

/** Days as the API takes them, "2025-08-14"; `until` is the day after the last. */
export type Range = { timeRange: Preset } | { since: string; until: string };

export interface Filters extends Partial<Record<Field, string>> {
  category?: string;
  value?: string;
}

export interface View {
  range: Range;
  bots: Bots;
  filters: Filters;
  filterCount: number;
  /** For calls of the API: range, bots and filters. */
  query: URLSearchParams;
  /** For calls that know no range. */
  filterQuery: URLSearchParams;
  setRange: (range: Range) => void;
  setBots: (bots: Bots) => void;
  setFilter: (filters: Filters) => void;
  removeFilter: (name: Field | "category") => void;
  clearFilters: () => void;
  /** A parameter of one page alone, such as the order of its table. */
  own: (name: string) => string | undefined;
  setOwn: (values: Readonly<Record<string, string | undefined>>) => void;
}

const VIEW_NAMES = ["timeRange", "since", "until", "bots", ...FIELDS, "category", "value"];

/** What the address bar says is shown. It names only what differs from the usual. */
export function useView(): View {
  const [search, setSearch] = useSearchParams();
  return useMemo(() => {
    const text = (name: string): string | undefined => search.get(name) || undefined;
    const change = (values: Readonly<Record<string, string | undefined>>): void =>
      setSearch(() => {
        // Not what was drawn last: two changes may come before the page is drawn again.
        const after = new URLSearchParams(window.location.search);
        for (const [name, value] of Object.entries(values))
          if (value) after.set(name, value);
          else after.delete(name);
        after.delete("cursor"); // another view begins at its first page
        return after;
      });
    const range = rangeOf(text("timeRange"), text("since"), text("until"));
    const bots = BOTS.find((each) => each === search.get("bots")) ?? "exclude";
    const filters = filtersOf(text);
    const filterQuery = new URLSearchParams(filters as Record<string, string>);
    if (bots !== "exclude") filterQuery.set("bots", bots);
    const query = new URLSearchParams({ ...range });
    filterQuery.forEach((value, name) => query.set(name, value));
    const nothing = Object.fromEntries(FIELDS.map((name) => [name, undefined]));
    return {
      range,
      bots,
      filters,
      filterCount: Object.keys(filters).length - (filters.category ? 1 : 0),
      query,
      filterQuery,
      setRange: (next) =>
        change({
          timeRange: undefined,
          since: undefined,
          until: undefined,
          ...("timeRange" in next && next.timeRange === USUAL ? {} : next),
        }),
      setBots: (next) => change({ bots: next === "exclude" ? undefined : next }),
      setFilter: (next) => change(next as Record<string, string | undefined>),
      removeFilter: (name) =>
        change(name === "category" ? { category: undefined, value: undefined } : { [name]: undefined }),
      clearFilters: () => change({ ...nothing, category: undefined, value: undefined }),
      own: text,
      setOwn: change,
    };
  }, [search, setSearch]);
}

/** The part of an address that every page understands. */
export function commonPart(search: URLSearchParams): URLSearchParams {
  return new URLSearchParams([...search].filter(([name]) => VIEW_NAMES.includes(name)));
}

function rangeOf(preset?: string, since?: string, until?: string): Range {
  if (since && until && isDay(since) && isDay(until) && since < until) return { since, until };
  return { timeRange: PRESETS.find((each) => each === preset) ?? USUAL };
}

const isDay = (text: string): boolean =>
  /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(Date.parse(text));

function filtersOf(text: (name: string) => string | undefined): Filters {
  const filters: Filters = {};
  for (const name of FIELDS) {
    const value = text(name);
    if (value) filters[name] = value;
  }
  const [category, value] = [text("category"), text("value")];
  return category && value ? { ...filters, category, value } : filters;
}
