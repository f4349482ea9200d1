import type { Option, PriceList } from "./price-list";
import { words } from "./words";

// The price list describes its options in one language. These phrases of NEST-Haus's lists are
// figures with a word or two between them, which can be said in another.
const PHRASES: [RegExp, string][] = [
  [/^([\d,]+) m², (\d+) Module$/, "$1 m², $2 modules"],
  [/^([\d,]+) kWp je Modul aus (\d+) Panels$/, "$1 kWp per module of $2 panels"],
  [/^([\d,]+) kWp je Panel$/, "$1 kWp per panel"],
];

/** What the list says of an option, with the figures written as in this language. */
export function description(list: PriceList, option: Option): string | undefined {
  const text = option.description?.replace(/(\d) x (?=\d)/g, "$1\u00a0×\u00a0");
  if (!text || list.language !== "de" || words.language === "de") return text;
  const known = PHRASES.find(([phrase]) => phrase.test(text));
  return (known ? text.replace(...known) : text).replace(/(\d),(?=\d)/g, "$1.");
}
