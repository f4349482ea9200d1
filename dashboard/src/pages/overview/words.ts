import type { Dictionary } from "../../words/language";
import { FINDING_WORDS } from "./finding-words";

export type Way = "higher" | "lower" | "same";
/** How long a range is. */
export interface Span {
  hours?: number;
  days: number;
}

const many = (count: number, one: string, more: string): string => (count === 1 ? one : more);

const en = {
  title: "Overview",
  question: "How is the configurator doing?",
  sessionsOf: (count: number, text: string) => `${text} ${many(count, "session", "sessions")}`,
  ordersOf: (count: number, text: string) => `${text} ${many(count, "order", "orders")}`,
  ledTo: (_count: number, { hours, days }: Span) =>
    `in ${hours ? `${hours} hours` : many(days, "one day", `${days} days`)} led to`,
  theTimeBefore: ({ hours, days }: Span) =>
    hours ? `the ${hours} hours before` : many(days, "the day before", `the ${days} days before`),
  rateIs: (way: Way, points: string, before: string) =>
    way === "same"
      ? `The conversion rate is the same as in ${before}`
      : `The conversion rate is ${points} ${way} than in ${before}`,
  priceIs: (way: Way, percent: string) =>
    way === "same" ? ", at the same average price." : `, at an average price ${percent} ${way}.`,
  noBefore: (before: string) => `There is nothing to compare with in ${before}.`,
  nobody: ({ hours, days }: Span) =>
    `No sessions in ${hours ? `these ${hours} hours` : many(days, "this day", `these ${days} days`)}.`,
  noMatch: (filters: number) =>
    `No session matches ${many(filters, "this filter", `these ${filters} filters`)}.`,
  widen: "Show 90 days",
  firstStep: "This line puts the tracker into a page:",
  copy: "Copy",
  clear: "Clear filters",
  now: "Right now",
  nowTag: "Now",
  noContact: "No contact",
  live: {
    active: "active sessions",
    response: "response time",
    errors: "errors",
    cache: "cache hits",
    events: "events per second",
    waiting: "events waiting",
  },
  states: { good: "good", warning: "warning", bad: "bad", off: "not measured" },
  goodAbove: (limit: string) => `Good above ${limit}`,
  goodBelow: (limit: string, bad?: string) =>
    `Good below ${limit}${bad ? `, bad from ${bad} on` : ", else bad"}`,
  oldest: (age: string) => `The oldest has waited for ${age}`,
  keyFigures: "Key figures",
  keyFiguresWhat: "The key figures",
  sessions: "Sessions",
  rate: "Conversion rate",
  duration: "Average duration",
  price: "Average price",
  none: "nothing before",
  dailyFile: "Daily figures",
  daily: "Sessions and orders by day",
  hourly: "Sessions and orders by hour",
  weekends: "Weekends shaded",
  dailyWhat: "The course of sessions",
  dailyStatement: (first: string, last: string, most: string) =>
    `Sessions: ${first} first, ${last} last, at most ${most}.`,
  on: (count: string, day: string) => `${count} on ${day}`,
  day: "Day",
  hour: "Hour",
  interactions: "Interactions",
  orders: "Orders",
  conversion: "Conversion",
  annotation: (kind: string, text: string) =>
    kind === "price_list" ? text.replace(/^Price/, "price") : text,
  endings: "How sessions ended",
  endingsWhat: "How sessions ended",
  statuses: { converted: "Converted", ongoing: "Ongoing", abandoned: "Abandoned" } as Record<
    string,
    string
  >,
  verified: (count: number, text: string) =>
    `${text} of the orders ${many(count, "is", "are")} verified by the server.`,
  devices: "Devices",
  devicesWhat: "The devices",
  deviceNames: {
    desktop: "Desktop",
    tablet: "Tablet",
    mobile: "Phone",
    unknown: "Not known",
  } as Record<string, string>,
  bounced: (rate: string) => `${rate} of sessions ended after fewer than two interactions`,
  bouncedBefore: { higher: "up from", lower: "down from", same: "as before:" } as Record<Way, string>,
  popular: "Most chosen configurations",
  popularNote: "Grouped by final configuration",
  popularWhat: "The configurations",
  popularEmpty: "No session in this range has a final configuration.",
  few: (threshold: number) => `No conversion is told under ${threshold} sessions.`,
  all: "All configurations",
  configuration: "Configuration",
  pricePerHouse: "Average price",
  ordered: "Orders",
  last: "Last chosen",
  ...FINDING_WORDS.en,
};

export type OverviewWords = typeof en;

const de: OverviewWords = {
  title: "Überblick",
  question: "Wie läuft der Konfigurator?",
  sessionsOf: (count, text) => `${text} ${many(count, "Sitzung", "Sitzungen")}`,
  ordersOf: (count, text) => `${text} ${many(count, "Bestellung", "Bestellungen")}`,
  ledTo: (count, { hours, days }) =>
    `${hours ? `in ${hours} Stunden` : many(days, "an einem Tag", `in ${days} Tagen`)} ${many(count, "führte", "führten")} zu`,
  theTimeBefore: ({ hours, days }) =>
    hours ? `in den ${hours} Stunden davor` : many(days, "am Tag davor", `in den ${days} Tagen davor`),
  rateIs: (way, points, before) =>
    way === "same"
      ? `Die Konversionsrate ist gleich wie ${before}`
      : `Die Konversionsrate liegt um ${points} ${way === "higher" ? "höher" : "niedriger"} als ${before}`,
  priceIs: (way, percent) =>
    way === "same"
      ? ", bei gleichem Durchschnittspreis."
      : `, bei einem um ${percent} ${way === "higher" ? "höheren" : "niedrigeren"} Durchschnittspreis.`,
  noBefore: (before) => `Zum Vergleich gibt es ${before} nichts.`,
  nobody: ({ hours, days }) =>
    `Keine Sitzungen ${hours ? `in diesen ${hours} Stunden` : many(days, "an diesem Tag", `in diesen ${days} Tagen`)}.`,
  noMatch: (filters) =>
    `Keine Sitzung passt zu ${many(filters, "diesem Filter", `diesen ${filters} Filtern`)}.`,
  widen: "90 Tage zeigen",
  firstStep: "Diese Zeile bringt den Tracker in eine Seite:",
  copy: "Kopieren",
  clear: "Filter aufheben",
  now: "Gerade jetzt",
  nowTag: "Jetzt",
  noContact: "Kein Kontakt",
  live: {
    active: "aktive Sitzungen",
    response: "Antwortzeit",
    errors: "Fehler",
    cache: "Cache-Treffer",
    events: "Ereignisse je Sekunde",
    waiting: "wartende Ereignisse",
  },
  states: { good: "gut", warning: "Warnung", bad: "schlecht", off: "nicht gemessen" },
  goodAbove: (limit) => `Gut über ${limit}`,
  goodBelow: (limit, bad) => `Gut unter ${limit}, ${bad ? `schlecht ab ${bad}` : "sonst schlecht"}`,
  oldest: (age) => `Das älteste wartet seit ${age}`,
  keyFigures: "Kennzahlen",
  keyFiguresWhat: "Die Kennzahlen",
  sessions: "Sitzungen",
  rate: "Konversionsrate",
  duration: "Durchschnittsdauer",
  price: "Durchschnittspreis",
  none: "zuvor nichts",
  dailyFile: "Tageszahlen",
  daily: "Sitzungen und Bestellungen je Tag",
  hourly: "Sitzungen und Bestellungen je Stunde",
  weekends: "Wochenenden unterlegt",
  dailyWhat: "Der Verlauf der Sitzungen",
  dailyStatement: (first, last, most) =>
    `Sitzungen: zuerst ${first}, zuletzt ${last}, höchstens ${most}.`,
  on: (count, day) => `${count} am ${day}`,
  day: "Tag",
  hour: "Stunde",
  interactions: "Interaktionen",
  orders: "Bestellungen",
  conversion: "Konversion",
  annotation: (kind, text) =>
    kind === "price_list" ? text.replace(/^Price list/, "Preisliste") : text,
  endings: "Wie Sitzungen endeten",
  endingsWhat: "Wie Sitzungen endeten",
  statuses: { converted: "Bestellt", ongoing: "Läuft noch", abandoned: "Abgebrochen" },
  verified: (count, text) =>
    `${text} der Bestellungen ${many(count, "ist", "sind")} vom Server bestätigt.`,
  devices: "Geräte",
  devicesWhat: "Die Geräte",
  deviceNames: { desktop: "Computer", tablet: "Tablet", mobile: "Handy", unknown: "Nicht bekannt" },
  bounced: (rate) => `${rate} der Sitzungen endeten nach weniger als zwei Interaktionen`,
  bouncedBefore: { higher: "mehr als zuvor:", lower: "weniger als zuvor:", same: "wie zuvor:" },
  popular: "Meistgewählte Konfigurationen",
  popularNote: "Nach der letzten Konfiguration",
  popularWhat: "Die Konfigurationen",
  popularEmpty: "In diesem Zeitraum hat keine Sitzung eine letzte Konfiguration.",
  few: (threshold) => `Unter ${threshold} Sitzungen steht keine Konversion.`,
  all: "Alle Konfigurationen",
  configuration: "Konfiguration",
  pricePerHouse: "Ø Preis",
  ordered: "Bestellt",
  last: "Zuletzt gewählt",
  ...FINDING_WORDS.de,
};

export const OVERVIEW_WORDS: Dictionary<OverviewWords> = { de, en };
