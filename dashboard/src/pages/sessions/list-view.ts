import { useLocation, useSearchParams } from "react-router";
import { FIELDS, useView } from "../../view/view";
import { STATUSES, type Status } from "./words";

const PAGE_ROWS = "50";

/** Which sessions the address asks for beside the common filters, and which page of them. */
export function useListView() {
  const { query, filterCount, own, setOwn } = useView();
  const status = STATUSES.find((each) => each === own("status"));
  const part = own("q");
  const filter = new URLSearchParams(query);
  if (status) filter.set("status", status);
  if (part) filter.set("q", part);
  const paging = usePaging();
  const asked = new URLSearchParams(filter);
  asked.set("limit", PAGE_ROWS);
  if (paging.cursor) asked.set("cursor", paging.cursor);
  return {
    status,
    part,
    /** For a download of all pages. */
    filter,
    /** For one page of the list. */
    asked,
    filterCount: filterCount + Number(status !== undefined) + Number(part !== undefined),
    setStatus: (next: Status | undefined) => setOwn({ status: next }),
    setPart: (next: string) => setOwn({ q: next.trim() || undefined }),
    clear: () => setOwn(Object.fromEntries(CLEARED.map((name) => [name, undefined]))),
    ...paging,
  };
}

const CLEARED = [...FIELDS, "category", "value", "status", "q"];

/** The pages before this one lie in the browser's history, as a cursor leads only forward. */
function usePaging() {
  const [search, setSearch] = useSearchParams();
  const state: unknown = useLocation().state;
  const passed = isPassed(state) ? state.passed : undefined;
  const cursor = search.get("cursor") ?? undefined;
  const go = (next: string | undefined, pages: readonly string[]): void =>
    setSearch(
      () => {
        // Not what was drawn last: a filter may have been chosen since.
        const after = new URLSearchParams(window.location.search);
        if (next) after.set("cursor", next);
        else after.delete("cursor");
        return after;
      },
      { state: { passed: pages } },
    );
  return {
    cursor,
    /** From 1; undefined where a link has led into the middle. */
    page: cursor ? passed && passed.length + 2 : 1,
    toFirst: () => go(undefined, []),
    toNext: (next: string) => go(next, cursor ? [...(passed ?? []), cursor] : []),
    toPrevious: () => go(passed?.at(-1), passed?.slice(0, -1) ?? []),
  };
}

interface Passed {
  /** The cursors of the pages between the first and this one. */
  passed: readonly string[];
}

const isPassed = (state: unknown): state is Passed =>
  typeof state === "object" && state !== null && "passed" in state && Array.isArray(state.passed);
