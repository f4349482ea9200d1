import type { Dictionary } from "../../words/language";

export const STATUSES = ["ongoing", "converted", "abandoned"] as const;
export type Status = (typeof STATUSES)[number];

const en = {
  title: "Sessions",
  question: "Who came, and what did each of them do?",
  sessions: (count: number, text: string) => (count === 1 ? `${text} session` : `${text} sessions`),
  converted: "of them ordered:",
  going: (text: string) => `Still going on: ${text}.`,
  none: "No session in this range.",
  list: "Sessions",
  table: "List of sessions",
  listNote: "The latest first",
  listWhat: "The list of sessions",
  status: "Status",
  all: "All",
  statuses: { ongoing: "Going on", converted: "Ordered", abandoned: "Abandoned" } as Record<
    Status,
    string
  >,
  verified: "confirmed by the shop",
  part: "Part of a session's id",
  search: "Find",
  configuration: "Configuration",
  noConfiguration: "Nothing saved",
  begin: "Begin",
  duration: "Duration",
  from: "Device and source",
  devices: { desktop: "Desktop", tablet: "Tablet", mobile: "Phone", unknown: "Device unknown" } as Record<
    string,
    string
  >,
  interactions: "Interactions",
  lastPrice: "Last price",
  bot: "Bot",
  page: (page: number, count: string) => `Page ${page}, ${count}`,
  laterPage: (count: string) => `A later page, ${count}`,
  empty: "No session in this range.",
  widen: "Show 90 days",
  howTheyCome: "Sessions appear here once the tracker is on a page.",
  filtered: (count: number) =>
    count === 1 ? "No session matches this filter." : `No session matches these ${count} filters.`,
  clear: "Clear filters",
  noSuchPage: "This page of the list can no longer be found.",
  firstPage: "To the first page",
};

export type SessionsWords = typeof en;

const de: SessionsWords = {
  title: "Sitzungen",
  question: "Wer war da, und was geschah in jeder Sitzung?",
  sessions: (count, text) => (count === 1 ? `${text} Sitzung` : `${text} Sitzungen`),
  converted: "davon bestellt:",
  going: (text) => `Noch im Gang: ${text}.`,
  none: "Keine Sitzung in diesem Zeitraum.",
  list: "Sitzungen",
  table: "Liste der Sitzungen",
  listNote: "Die jüngste zuerst",
  listWhat: "Die Liste der Sitzungen",
  status: "Status",
  all: "Alle",
  statuses: { ongoing: "Läuft noch", converted: "Bestellt", abandoned: "Abgebrochen" },
  verified: "vom Shop bestätigt",
  part: "Teil einer Sitzungskennung",
  search: "Suchen",
  configuration: "Konfiguration",
  noConfiguration: "Nichts gespeichert",
  begin: "Beginn",
  duration: "Dauer",
  from: "Gerät und Quelle",
  devices: {
    desktop: "Computer",
    tablet: "Tablet",
    mobile: "Handy",
    unknown: "Gerät unbekannt",
  },
  interactions: "Interaktionen",
  lastPrice: "Letzter Preis",
  bot: "Bot",
  page: (page, count) => `Seite ${page}, ${count}`,
  laterPage: (count) => `Eine spätere Seite, ${count}`,
  empty: "Keine Sitzung in diesem Zeitraum.",
  widen: "90 Tage zeigen",
  howTheyCome: "Sobald der Tracker auf einer Seite läuft, stehen hier Sitzungen.",
  filtered: (count) =>
    count === 1 ? "Keine Sitzung passt zu diesem Filter." : `Keine Sitzung passt zu diesen ${count} Filtern.`,
  clear: "Filter aufheben",
  noSuchPage: "Diese Seite der Liste ist nicht mehr zu finden.",
  firstPage: "Zur ersten Seite",
};

export const SESSIONS_WORDS: Dictionary<SessionsWords> = { de, en };
