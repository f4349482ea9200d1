import type { Bots, Field, Preset } from "../view/view";
import type { Dictionary } from "../words/language";

const en = {
  range: "Date range",
  presets: { "24h": "24 h", "7d": "7 d", "30d": "30 d", "90d": "90 d" } as Record<Preset, string>,
  dates: "Dates",
  from: "First day",
  to: "Last day",
  show: "Show",
  wrongOrder: "The last day is before the first.",
  filter: "Filter",
  addFilter: "Add a filter",
  filterBy: "By",
  is: "Is",
  fields: {
    deviceType: "Device",
    browser: "Browser",
    utmSource: "UTM source",
    utmMedium: "UTM medium",
    utmCampaign: "UTM campaign",
    referrerHost: "Referrer",
    minPrice: "Price from",
    maxPrice: "Price up to",
    category: "Choice",
  } as Record<Field | "category", string>,
  devices: { desktop: "Desktop", tablet: "Tablet", mobile: "Phone" } as Record<string, string>,
  clear: "Clear filters",
  wholeEuros: "Whole euros.",
  bots: "Bots",
  botsWords: {
    exclude: "Without bots",
    include: "With bots",
    only: "Bots only",
  } as Record<Bots, string>,
  asOf: "As of",
  notCounted: "Not counted yet",
  copyLink: "Copy link",
  download: "Download",
};

export type InstrumentWords = typeof en;

const de: InstrumentWords = {
  range: "Zeitraum",
  presets: { "24h": "24 h", "7d": "7 T", "30d": "30 T", "90d": "90 T" },
  dates: "Datum",
  from: "Erster Tag",
  to: "Letzter Tag",
  show: "Zeigen",
  wrongOrder: "Der letzte Tag liegt vor dem ersten.",
  filter: "Filter",
  addFilter: "Filter hinzufügen",
  filterBy: "Nach",
  is: "Ist",
  fields: {
    deviceType: "Gerät",
    browser: "Browser",
    utmSource: "UTM-Quelle",
    utmMedium: "UTM-Medium",
    utmCampaign: "UTM-Kampagne",
    referrerHost: "Verweis von",
    minPrice: "Preis ab",
    maxPrice: "Preis bis",
    category: "Auswahl",
  },
  devices: { desktop: "Computer", tablet: "Tablet", mobile: "Handy" },
  clear: "Filter aufheben",
  wholeEuros: "Ganze Euro.",
  bots: "Bots",
  botsWords: { exclude: "Ohne Bots", include: "Mit Bots", only: "Nur Bots" },
  asOf: "Stand",
  notCounted: "Noch nicht gezählt",
  copyLink: "Link kopieren",
  download: "Herunterladen",
};

export const INSTRUMENT_WORDS: Dictionary<InstrumentWords> = { de, en };
