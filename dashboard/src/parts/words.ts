import { useWords } from "../words/language";

const de = {
  loading: "Wird geladen.",
  empty: "In diesem Zeitraum gibt es hier nichts.",
  tooFew: (sessions: number, threshold: number) =>
    `${sessions} Sitzungen: zu wenige für eine Quote. Ab ${threshold} Sitzungen steht hier eine.`,
  notLoaded: (what: string) => `${what}: nicht geladen.`,
  othersFine: "Die anderen Zahlen sind davon nicht betroffen.",
  notDone: "Das ist nicht geschehen.",
  again: "Erneut versuchen",
  request: (id: string) => `Anfrage ${id}`,
  locked: "Das sehen nur Admins.",
  askAdmin: (admins: readonly string[]) =>
    admins.length
      ? `Die Rolle Admin vergeben ${admins.join(", ")}.`
      : "Die Rolle Admin vergibt, wer sie schon hat.",
  unknown: "nicht bekannt",
  before: (value: string) => `zuvor ${value}`,
  sortBy: (label: string) => `Nach ${label} sortieren`,
  showAll: (count: number) => `Alle ${count} zeigen`,
  showFewer: "Weniger zeigen",
  asTable: "Als Tabelle zeigen",
  csv: "CSV",
  csvOf: (name: string) => `CSV: ${name}`,
  removeFilter: (label: string) => `Filter entfernen: ${label}`,
  close: "Schließen",
  cancel: "Abbrechen",
  copied: "Kopiert",
  notCopied: "Der Browser lässt das Kopieren nicht zu.",
  previous: "Zurück",
  next: "Weiter",
  pages: "Seiten",
  chartKeys: "Pfeiltasten gehen von Wert zu Wert, Escape schließt.",
  drawing: (name: string) => `Zeichnung: ${name}`,
  dwell: "Verweildauer zwischen den Schritten",
  moment: "Zeitpunkt in der Sitzung",
  timeOf: (now: string, all: string) => `${now} von ${all}`,
  stepBack: "Vorheriger Schritt",
  stepOn: "Nächster Schritt",
  play: "Abspielen",
  pause: "Anhalten",
  speed: "Geschwindigkeit",
  shortened: "Pause gekürzt",
  stepKeys: "Schritt",
  space: "Leertaste",
  playKey: "Wiedergabe",
  fromTo: (least: string, most: string) => `Farben von ${least} bis ${most}`,
  backwards: (count: string) =>
    `${count} Übergänge zurück oder zur Seite sind nicht gezeichnet; sie stehen in der Tabelle.`,
};

export type PartsWords = typeof de;

const en: PartsWords = {
  loading: "Loading.",
  empty: "There is nothing here in this range.",
  tooFew: (sessions, threshold) =>
    `${sessions} sessions: too few for a rate. From ${threshold} sessions on there is one.`,
  notLoaded: (what) => `${what} did not load.`,
  othersFine: "Other figures are not affected.",
  notDone: "That was not done.",
  again: "Try again",
  request: (id) => `request ${id}`,
  locked: "Only admins see this.",
  askAdmin: (admins) =>
    admins.length
      ? `Ask ${admins.join(" or ")} for the admin role.`
      : "Whoever has the admin role can give it.",
  unknown: "not known",
  before: (value) => `from ${value}`,
  sortBy: (label) => `Sort by ${label}`,
  showAll: (count) => `Show all ${count}`,
  showFewer: "Show fewer",
  asTable: "Show as table",
  csv: "CSV",
  csvOf: (name) => `CSV: ${name}`,
  removeFilter: (label) => `Remove filter: ${label}`,
  close: "Close",
  cancel: "Cancel",
  copied: "Copied",
  notCopied: "The browser does not allow copying.",
  previous: "Previous",
  next: "Next",
  pages: "Pages",
  chartKeys: "Arrow keys go from value to value, Escape closes.",
  drawing: (name) => `Drawing: ${name}`,
  dwell: "Dwell time between the steps",
  moment: "Moment in the session",
  timeOf: (now, all) => `${now} of ${all}`,
  stepBack: "Previous step",
  stepOn: "Next step",
  play: "Play",
  pause: "Pause",
  speed: "Speed",
  shortened: "Pause shortened",
  stepKeys: "step",
  space: "Space",
  playKey: "play",
  fromTo: (least, most) => `Colours from ${least} to ${most}`,
  backwards: (count) =>
    `${count} transitions back or sideways are not drawn; they are in the table.`,
};

export const usePartsWords = (): PartsWords => useWords({ de, en });
