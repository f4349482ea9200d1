import { lazy, type ComponentType, type LazyExoticComponent } from "react";
import type { Dictionary } from "./words/language";

export interface PageEntry {
  path: string;
  name: Dictionary<string>;
  /** After `g` it opens the page. */
  letter: string;
  group: "product" | "system";
  /** Of a drawing of 16 by 16. */
  icon: string;
  Page: LazyExoticComponent<ComponentType>;
  /** Fetches the page's script, which `Page` waits for. */
  load: Load;
}

type Load = () => Promise<{ default: ComponentType }>;

const fetched = (load: Load) => ({ load, Page: lazy(load) });

/** The pages of the rail, in its order. */
export const PAGES: readonly PageEntry[] = [
  {
    path: "/overview",
    name: { de: "Überblick", en: "Overview" },
    letter: "o",
    group: "product",
    icon: "M2 13.5h12M3.5 11V7.5M6.5 11V4M9.5 11V6M12.5 11V2.5",
    ...fetched(() => import("./pages/overview/page")),
  },
  {
    path: "/sessions",
    name: { de: "Sitzungen", en: "Sessions" },
    letter: "s",
    group: "product",
    icon: "M2.5 4h11M2.5 8h11M2.5 12h7",
    ...fetched(() => import("./pages/sessions/page")),
  },
  {
    path: "/configurations",
    name: { de: "Konfigurationen", en: "Configurations" },
    letter: "c",
    group: "product",
    icon: "M2 7.2 8 2.5l6 4.7M3.5 6.2v7.3h9V6.2M6.5 13.5V9.5h3v4",
    ...fetched(() => import("./pages/configurations/page")),
  },
  {
    path: "/funnel",
    name: { de: "Trichter und Wege", en: "Funnel and paths" },
    letter: "f",
    group: "product",
    icon: "M2 3h12l-4.5 5.5V13l-3 1V8.5z",
    ...fetched(() => import("./pages/funnel/page")),
  },
  {
    path: "/performance",
    name: { de: "Leistung", en: "Performance" },
    letter: "p",
    group: "system",
    icon: "M2.5 12a5.5 5.5 0 1 1 11 0M8 12l2.8-4",
    ...fetched(() => import("./pages/performance/page")),
  },
  {
    path: "/operations",
    name: { de: "Betrieb", en: "Operations" },
    letter: "b",
    group: "system",
    icon: "M3 4h10M3 8h10M3 12h10M6 2.5v3M10.5 6.5v3M5 10.5v3",
    ...fetched(() => import("./pages/operations/page")),
  },
];

const journey = fetched(() => import("./pages/journey/page"));

/** One session, below the list of them. */
export const JourneyPage = journey.Page;

/** Fetches the script of the page at an address while it is asked who is logged in. */
export function fetchAhead(pathname: string): void {
  const page = PAGES.find(({ path }) => pathname.endsWith(path));
  const load = pathname.includes("/sessions/") ? journey.load : page?.load;
  // Where that fails, the page tells of it when it is drawn.
  load?.().catch(() => undefined);
}
