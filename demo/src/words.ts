const de = {
  language: "de",
  locale: "de-AT",
  title: "Dein NEST-Haus · Konfigurator",
  skip: "Zum Inhalt springen",
  steps: "Schritte",
  note: "Demo. Es wird nichts bestellt.",
  otherLanguage: "English",
  drawing: "Zeichnung deines Hauses",
  clad: (house: string, cladding: string) => `${house} in ${cladding}`,
  modules: (count: number) => `${count} Module`,
  heading: "Dein Haus, Schritt für Schritt.",
  step: (number: number, count: number) => `Schritt ${number} von ${count}`,
  none: "Noch nichts davon",
  noneNote: "kommt nicht in den Preis",
  included: "inklusive",
  onRequest: "auf Anfrage",
  notOffered: "nicht angeboten",
  each: "je Stück",
  fewer: (label: string) => `${label}: weniger`,
  more: (label: string) => `${label}: mehr`,
  pieces: "Stück",
  area: "m²",
  offeredOnly: (numbers: string) => `Bei dieser Größe angeboten: ${numbers}.`,
  largest: (number: string) => `Höchstens ${number}.`,
  summary: "Dein Haus auf einen Blick",
  total: "Gesamt inkl. 20 % USt.",
  onRequestLine: "Preis auf Anfrage, nicht in der Summe",
  terms: (interest: string, months: number, version: string) =>
    `Rate: ${interest} im Jahr über ${months} Monate. Preisliste ${version}. Unverbindlich.`,
  order: "Anfrage senden",
  save: "Konfiguration merken",
  saved: "Gemerkt. Beim nächsten Besuch ist sie wieder da.",
  notSaved: "Dieser Browser merkt sich nichts. Die Konfiguration gilt bis zum Schließen der Seite.",
  price: "Preis inkl. USt.",
  rate: "Monatlich ab",
  complete: "Pflichtauswahl vollständig",
  toSummary: "Zusammenfassung",
  noPrice: (category: string) => `„${category}“ wird in dieser Auswahl nicht angeboten.`,
  priceAway: "Der Preis wurde nicht berechnet. Deine Auswahl bleibt.",
  listAway: "Die Preisliste wurde nicht geladen.",
  again: "Erneut versuchen",
  orderHeading: "Wohin dürfen wir das Angebot schicken?",
  orderNote: "Name und Adresse bleiben in diesem Fenster: Die Demo sendet sie nirgendwohin.",
  name: "Name",
  email: "E-Mail",
  address: "Adresse des Grundstücks",
  send: "Absenden",
  back: "Zurück",
  ordered: (order: string) => `Danke. Anfrage ${order} ist notiert; es wird nichts bestellt.`,
};

type Words = typeof de;

const en: Words = {
  language: "en",
  locale: "en-GB",
  title: "Your NEST-Haus · configurator",
  skip: "Skip to content",
  steps: "Steps",
  note: "Demo. Nothing is ordered.",
  otherLanguage: "Deutsch",
  drawing: "Drawing of your house",
  clad: (house, cladding) => `${house} in ${cladding}`,
  modules: (count) => `${count} modules`,
  heading: "Your house, step by step.",
  step: (number, count) => `Step ${number} of ${count}`,
  none: "None of these yet",
  noneNote: "not in the price",
  included: "included",
  onRequest: "on request",
  notOffered: "not offered",
  each: "each",
  fewer: (label) => `${label}: fewer`,
  more: (label) => `${label}: more`,
  pieces: "pieces",
  area: "m²",
  offeredOnly: (numbers) => `Offered at this size: ${numbers}.`,
  largest: (number) => `At most ${number}.`,
  summary: "Your house at a glance",
  total: "Total incl. 20% VAT",
  onRequestLine: "Price on request, not in the total",
  terms: (interest, months, version) =>
    `Rate: ${interest} a year over ${months} months. Price list ${version}. Not binding.`,
  order: "Send a request",
  save: "Keep this configuration",
  saved: "Kept. It will be here on your next visit.",
  notSaved: "This browser keeps nothing. The configuration lasts until the page is closed.",
  price: "Price incl. VAT",
  rate: "Monthly from",
  complete: "Required choices made",
  toSummary: "Summary",
  noPrice: (category) => `“${category}” is not offered in this combination.`,
  priceAway: "The price was not worked out. Your choices stay.",
  listAway: "The price list did not load.",
  again: "Try again",
  orderHeading: "Where may we send the offer?",
  orderNote: "Name and address stay in this window: the demo sends them nowhere.",
  name: "Name",
  email: "E-mail",
  address: "Address of the plot",
  send: "Send",
  back: "Back",
  ordered: (order) => `Thank you. Request ${order} is noted; nothing is ordered.`,
};

export const words: Words = new URLSearchParams(location.search).get("lang") === "en" ? en : de;

/** The name in this language, or the price list's own. */
export const labelOf = (named: { label: string; labels: Record<string, string> }): string =>
  named.labels[words.language] ?? named.label;

const grouped = new Intl.NumberFormat(words.locale, { maximumFractionDigits: 2 });
const whole = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });

/** "218.940 €" or "€218,940", with a real minus sign. */
export function euros(amount: number): string {
  const digits = whole.format(Math.abs(amount));
  const sign = amount < 0 ? "−" : "";
  return words.language === "de"
    ? `${sign}${digits.replaceAll(",", ".")}\u00a0€`
    : `${sign}€${digits}`;
}

export const number = (value: number): string => grouped.format(value);

export const percent = (value: number): string =>
  number(value) + (words.language === "de" ? "\u00a0%" : "%");
