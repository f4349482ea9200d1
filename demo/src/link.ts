import type { Choice, Choices } from "./configuration";
import type { PriceList } from "./price-list";
import { words } from "./words";

// In the query, because some mail programs and chats drop what stands behind a "#".
const PARAMETER = "c";

/** An address that opens the page with these choices, for anyone. */
export function linkTo(list: PriceList, choices: Choices): string {
  const language = words.language === "de" ? [] : [`lang=${words.language}`];
  return location.origin + location.pathname + query([...language, written(list, choices)]);
}

/** From now on this page's own address opens it with these choices too. */
export function keepInAddress(list: PriceList, choices: Choices): void {
  const address = query([...otherParameters(PARAMETER), written(list, choices)]) + location.hash;
  try {
    history.replaceState(history.state, "", address);
  } catch {
    // Browsers refuse too many changes in a short time; the next one will do.
  }
}

/** The address of this page, choices and all, in another language. */
export const inLanguage = (language: string): string =>
  query([...otherParameters("lang"), `lang=${language}`]);

/** The choices of the address; undefined where it has none. What cannot be read is left out. */
export function linkedChoices(): Choices | undefined {
  const text = new URLSearchParams(location.search).get(PARAMETER);
  if (text === null) return undefined;
  const choices: Choices = Object.create(null);
  for (const part of text.split(";")) {
    const [category, option, measure] = part.split(",");
    if (category && option) choices[category] = read(option, measure);
    else if (category) choices[category] = { option: "" };
  }
  return choices;
}

function read(option: string, measure: string | undefined): Choice {
  const number = Number(measure);
  return measure && number >= 0 && Number.isFinite(number)
    ? { option, measure: number }
    : { option };
}

/** `nest,nest120;pvanlage,pv_modules,4`: neither sign can be part of an id. */
function written(list: PriceList, choices: Choices): string {
  const parts = list.categories.flatMap(({ id }) => {
    const choice = choices[id];
    if (!choice) return [];
    const { option, measure } = choice;
    return [[id, option, ...(measure === undefined ? [] : [String(measure)])].join(",")];
  });
  return `${PARAMETER}=${parts.join(";")}`;
}

const query = (parameters: string[]): string => "?" + parameters.join("&");

const otherParameters = (but: string): string[] =>
  location.search
    .slice(1)
    .split("&")
    .filter((parameter) => parameter && parameter.split("=")[0] !== but);
