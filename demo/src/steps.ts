import { isHouse } from "./house";
import type { Category, PriceList } from "./price-list";
import { labelOf, words } from "./words";

export interface Step {
  id: string;
  short: string;
  question: string;
  note: string | undefined;
  categories: Category[];
}

interface Known {
  id: string;
  de: Asked;
  en: Asked;
  categories: string[];
}

interface Asked {
  short: string;
  question: string;
  note?: string;
}

/** How the categories of a house are asked; any other is a step of its own, by its own name. */
const KNOWN: Known[] = [
  {
    id: "groesse",
    de: {
      short: "Größe",
      question: "Wie groß soll es sein?",
      note: "Jedes Haus besteht aus gleichen Modulen. Gestrichelt ist, was noch Platz hätte.",
    },
    en: {
      short: "Size",
      question: "How large should it be?",
      note: "Each house is made of equal modules. Dashed is what there would still be room for.",
    },
    categories: ["nest"],
  },
  {
    id: "huelle",
    de: {
      short: "Hülle",
      question: "Was soll man von außen sehen?",
      note: "Die Gebäudehülle liegt über Wand und Dach.",
    },
    en: {
      short: "Cladding",
      question: "What should be seen from outside?",
      note: "The cladding covers walls and roof.",
    },
    categories: ["gebaeudehuelle"],
  },
  {
    id: "innen",
    de: { short: "Innen", question: "Und innen?", note: "Ein Holz für die Innenwände." },
    en: { short: "Inside", question: "And inside?", note: "One wood for the inner walls." },
    categories: ["innenverkleidung"],
  },
  {
    id: "boden",
    de: {
      short: "Boden",
      question: "Worauf willst du gehen?",
      note: "Ein Belag für das ganze Haus, und was darunter liegt.",
    },
    en: {
      short: "Floor",
      question: "What do you want to walk on?",
      note: "One floor for the whole house, and what lies under it.",
    },
    categories: ["fussboden", "bodenaufbau"],
  },
  {
    id: "licht",
    de: {
      short: "Licht",
      question: "Wie viel Licht?",
      note: "Wie viel Glas, und woraus die Fenster? Beides hat einen gemeinsamen Preis.",
    },
    en: {
      short: "Light",
      question: "How much light?",
      note: "How much glass, and windows made of what? Both have one price together.",
    },
    categories: ["belichtungspaket", "fenster"],
  },
  {
    id: "strom",
    de: { short: "Strom", question: "Wie viel Strom vom Dach?" },
    en: { short: "Power", question: "How much power from the roof?" },
    categories: ["pvanlage"],
  },
  {
    id: "ausbau",
    de: { short: "Ausbau", question: "Was soll noch dazu?", note: "Nichts davon muss sein." },
    en: { short: "Extras", question: "What else?", note: "None of this is needed." },
    categories: ["geschossdecke", "fundament", "kamindurchzug"],
  },
  {
    id: "planung",
    de: {
      short: "Planung",
      question: "Wie viel Planung nehmen wir dir ab?",
      note: "Was wir nicht planen, planst du selbst.",
    },
    en: {
      short: "Planning",
      question: "How much planning should we do?",
      note: "What we do not plan, you plan yourself.",
    },
    categories: ["planungspaket", "grundstueckscheck"],
  },
];

/** Every category of the list is in exactly one step. */
export function stepsOf(list: PriceList): Step[] {
  const steps: Step[] = [];
  const asked = new Set<Category>();
  for (const known of isHouse(list) ? KNOWN : []) {
    const categories = list.categories.filter(({ id }) => known.categories.includes(id));
    categories.forEach((category) => asked.add(category));
    const { short, question, note } = words.language === "de" ? known.de : known.en;
    if (categories.length) steps.push({ id: known.id, short, question, note, categories });
  }
  for (const category of list.categories) {
    if (asked.has(category)) continue;
    const label = labelOf(category);
    steps.push({
      id: `step-${category.id}`,
      short: label,
      question: label,
      note: undefined,
      categories: [category],
    });
  }
  return steps;
}
