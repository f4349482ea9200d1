import { labelOf, words } from "./words";
import type { Category, PriceList } from "./price-list";

export interface Step {
  id: string;
  short: string;
  question: string;
  categories: Category[];
}

const de = words.language === "de";

/** How the known categories are asked; any other is a step of its own, by its own name. */
const KNOWN: [id: string, short: string, question: string, categories: string[]][] = [
  ["groesse", de ? "Größe" : "Size", de ? "Wie groß soll es sein?" : "How large should it be?", ["nest"]],
  ["huelle", de ? "Hülle" : "Cladding", de ? "Was soll man von außen sehen?" : "What should be seen from outside?", ["gebaeudehuelle"]],
  ["innen", de ? "Innen" : "Inside", de ? "Und innen?" : "And inside?", ["innenverkleidung"]],
  ["boden", de ? "Boden" : "Floor", de ? "Worauf willst du gehen?" : "What do you want to walk on?", ["fussboden", "bodenaufbau"]],
  ["licht", de ? "Licht" : "Light", de ? "Wie viel Licht?" : "How much light?", ["belichtungspaket", "fenster"]],
  ["strom", de ? "Strom" : "Power", de ? "Wie viel Strom vom Dach?" : "How much power from the roof?", ["pvanlage"]],
  ["ausbau", de ? "Ausbau" : "Extras", de ? "Was soll noch dazu?" : "What else?", ["geschossdecke", "fundament", "kamindurchzug"]],
  ["planung", de ? "Planung" : "Planning", de ? "Wie viel Planung nehmen wir dir ab?" : "How much planning should we do?", ["planungspaket", "grundstueckscheck"]],
];

/** Every category of the list is in exactly one step. */
export function stepsOf(list: PriceList): Step[] {
  const steps: Step[] = [];
  const asked = new Set<Category>();
  for (const [id, short, question, names] of KNOWN) {
    const categories = list.categories.filter((category) => names.includes(category.id));
    categories.forEach((category) => asked.add(category));
    if (categories.length) steps.push({ id, short, question, categories });
  }
  for (const category of list.categories) {
    if (asked.has(category)) continue;
    const label = labelOf(category);
    steps.push({ id: `step-${category.id}`, short: label, question: label, categories: [category] });
  }
  return steps;
}
