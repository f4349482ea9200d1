import type { Dictionary } from "../../words/language";

const en = {
  flags: "Feature flags",
  flagsNote: "Sessions that begin 5 s after a change have it",
  flagsFoot: "A session keeps what it began with, and its place while a share grows.",
  flag: "Flag",
  share: "Of sessions",
  changed: "Changed",
  never: "Never: the page decides",
  on: "On",
  off: "Off",
  partly: "For some",
  change: "Change",
  changeTitle: (key: string) => `Flag “${key}”`,
  enabled: "Enabled",
  percentage: "Share of sessions, per cent",
  save: "Save",
  meanings: {
    hover: "Where the pointer rests on an option",
    scroll: "How far a page is scrolled",
    image_timing: "How long images take to load",
    api_timing: "How long the page’s own calls take",
    web_vitals: "How quickly a page is drawn and answers",
  },
};

type FlagWords = typeof en;

const de: FlagWords = {
  flags: "Feature-Flags",
  flagsNote: "Gilt für Sitzungen, die 5 s nach einer Änderung beginnen",
  flagsFoot: "Eine Sitzung behält, womit sie begann, und ihren Platz, wenn ein Anteil wächst.",
  flag: "Flag",
  share: "Der Sitzungen",
  changed: "Geändert",
  never: "Nie: die Seite entscheidet",
  on: "Ein",
  off: "Aus",
  partly: "Für einige",
  change: "Ändern",
  changeTitle: (key: string) => `Flag „${key}“`,
  enabled: "Eingeschaltet",
  percentage: "Anteil der Sitzungen in Prozent",
  save: "Speichern",
  meanings: {
    hover: "Wo der Zeiger auf einer Option verweilt",
    scroll: "Wie weit eine Seite gescrollt wird",
    image_timing: "Wie lange Bilder laden",
    api_timing: "Wie lange die eigenen Aufrufe der Seite dauern",
    web_vitals: "Wie schnell eine Seite gezeichnet ist und antwortet",
  },
};

export const FLAG_WORDS: Dictionary<FlagWords> = { de, en };
