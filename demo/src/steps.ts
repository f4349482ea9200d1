import { labelOf, words } from "./words";
import type { Category, PriceList } from "./price-list";

export interface Step {
  id: string;
  short: string;
  question: string;
  categories: Category[];
}

interface Known {
  id: string;
  short: Words;
  question: Words;
  categories: string[];
}

interface Words {
  de: string;
  en: string;
}

/** How the known categories are asked; any other is a step of its own, by its own name. */
const KNOWN: Known[] = [
  {
    id: "groesse",
    short: { de: "Größe", en: "Size" },
    question: { de: "Wie groß soll es sein?", en: "How large should it be?" },
    categories: ["nest"],
  },
  {
    id: "huelle",
    short: { de: "Hülle", en: "Cladding" },
    question: { de: "Was soll man von außen sehen?", en: "What should be seen from outside?" },
    categories: ["gebaeudehuelle"],
  },
  {
    id: "innen",
    short: { de: "Innen", en: "Inside" },
    question: { de: "Und innen?", en: "And inside?" },
    categories: ["innenverkleidung"],
  },
  {
    id: "boden",
    short: { de: "Boden", en: "Floor" },
    question: { de: "Worauf willst du gehen?", en: "What do you want to walk on?" },
    categories: ["fussboden", "bodenaufbau"],
  },
  {
    id: "licht",
    short: { de: "Licht", en: "Light" },
    question: { de: "Wie viel Licht?", en: "How much light?" },
    categories: ["belichtungspaket", "fenster"],
  },
  {
    id: "strom",
    short: { de: "Strom", en: "Power" },
    question: { de: "Wie viel Strom vom Dach?", en: "How much power from the roof?" },
    categories: ["pvanlage"],
  },
  {
    id: "ausbau",
    short: { de: "Ausbau", en: "Extras" },
    question: { de: "Was soll noch dazu?", en: "What else?" },
    categories: ["geschossdecke", "fundament", "kamindurchzug"],
  },
  {
    id: "planung",
    short: { de: "Planung", en: "Planning" },
    question: {
      de: "Wie viel Planung nehmen wir dir ab?",
      en: "How much planning should we do?",
    },
    categories: ["planungspaket", "grundstueckscheck"],
  },
];

/** Every category of the list is in exactly one step. */
export function stepsOf(list: PriceList): Step[] {
  const steps: Step[] = [];
  const asked = new Set<Category>();
  const language = words.language === "de" ? "de" : "en";
  for (const known of KNOWN) {
    const categories = list.categories.filter(({ id }) => known.categories.includes(id));
    categories.forEach((category) => asked.add(category));
    const { [language]: short } = known.short;
    const { [language]: question } = known.question;
    if (categories.length) steps.push({ id: known.id, short, question, categories });
  }
  for (const category of list.categories) {
    if (asked.has(category)) continue;
    const label = labelOf(category);
    steps.push({
      id: `step-${category.id}`,
      short: label,
      question: label,
      categories: [category],
    });
  }
  return steps;
}
