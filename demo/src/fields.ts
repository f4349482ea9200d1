import { isMeasured, rounded, type Choice, type Configuration } from "./configuration";
import { description } from "./descriptions";
import { html } from "./dom";
import { euros } from "./figures";
import { houseSize } from "./house-size";
import { measureField } from "./measure-field";
import { OfferText } from "./offer-text";
import { offerOf } from "./offers";
import { lineOf, type Category, type Option } from "./price-list";
import { totalOf } from "./totals";
import { labelOf, words } from "./words";

/** The controls of one category; `update` shows what is chosen now, and what else would cost. */
export interface Field {
  element: HTMLElement;
  update(): void;
}

/** `cards`: options side by side. `pictures`: a swatch beside each. */
export interface Look {
  cards: boolean;
  pictures: boolean;
}

export function fieldFor(configuration: Configuration, category: Category, look: Look): Field {
  const parts: Field[] = [];
  const isBase = category.id === configuration.list.base;
  if (category.kind === "checkbox") parts.push(checkBox(configuration, category));
  else if (!isMeasured(category) || category.options.length > 1)
    parts.push(optionList(configuration, category, look));
  if (isMeasured(category)) parts.push(measureField(configuration, category));
  if (isBase) parts.push(basePrice(configuration, category));
  const element = html(
    "fieldset",
    { class: `field of-${category.kind}`, "data-category": category.id },
    html("legend", {}, labelOf(category)),
    ...parts.map((part) => part.element),
  );
  return { element, update: () => parts.forEach((part) => part.update()) };
}

function optionList(configuration: Configuration, category: Category, look: Look): Field {
  const row = look.cards ? card : optionRow;
  const rows = category.options.map((option) => row(configuration, category, option, look));
  const element = html(
    "div",
    { class: look.cards ? "sizes" : "choices" },
    ...rows.map((each) => each.element),
  );
  if (category.required) return { element, update: () => rows.forEach((each) => each.update()) };
  const none = noneRow(configuration, category);
  return {
    element: html("div", { class: "optional" }, element, none.element),
    update: () => [...rows, none].forEach((each) => each.update()),
  };
}

/** The radio button, name and price of an option, for whatever arranges them. */
function optionParts(configuration: Configuration, category: Category, option: Option) {
  const choice = (): Choice => choiceOf(configuration, category, option.id);
  const input = radio(category, option.id, () => configuration.choose(category, choice()));
  const price = new OfferText(configuration.list);
  const update = (): void => {
    input.checked = configuration.choices[category.id]?.option === option.id;
    price.show(offerOf(configuration, category, choice()));
  };
  return { input, price: price.element, update, name: html("b", {}, labelOf(option)) };
}

function optionRow(
  configuration: Configuration,
  category: Category,
  option: Option,
  { pictures }: Look,
): Field {
  const { input, name, price, update } = optionParts(configuration, category, option);
  const note = description(configuration.list, option);
  const element = html(
    "label",
    { class: pictures ? "choice" : "choice plain" },
    input,
    pictures ? html("span", { class: `sw sw-${option.id}`, "aria-hidden": "true" }) : undefined,
    html("span", { class: "ot" }, name, note ? html("span", {}, note) : undefined),
    price,
  );
  return { element, update };
}

/** A house shows its modules as blocks. */
function card(configuration: Configuration, category: Category, option: Option): Field {
  const { input, name, price, update } = optionParts(configuration, category, option);
  const size = houseSize(option);
  const note = size ? `${size.area}\u00a0m²` : description(configuration.list, option);
  const blocks = Array.from({ length: size?.modules ?? 0 }, () => html("i"));
  const element = html(
    "label",
    { class: "sz" },
    input,
    name,
    note ? html("span", { class: "note" }, note) : undefined,
    blocks.length ? html("span", { class: "blocks", "aria-hidden": "true" }, ...blocks) : undefined,
    price,
  );
  return { element, update };
}

function noneRow(configuration: Configuration, category: Category): Field {
  const input = radio(category, "", () => configuration.choose(category, undefined));
  const price = new OfferText(configuration.list);
  const element = html(
    "label",
    { class: "choice plain none" },
    input,
    html("span", { class: "ot" }, html("b", {}, words.none)),
    price.element,
  );
  const update = (): void => {
    input.checked = !configuration.choices[category.id];
    price.show(input.checked ? { is: "open" } : offerOf(configuration, category, undefined));
  };
  return { element, update };
}

function radio(category: Category, value: string, chosen: () => void): HTMLInputElement {
  const input = html("input", { type: "radio", name: category.id, value });
  input.addEventListener("change", chosen);
  return input;
}

function checkBox(configuration: Configuration, category: Category): Field {
  const [option] = category.options as [Option];
  const input = html("input", { type: "checkbox", name: category.id, value: option.id });
  input.addEventListener("change", () =>
    configuration.choose(category, input.checked ? { option: option.id } : undefined),
  );
  const price = new OfferText(configuration.list);
  const note = description(configuration.list, option);
  const element = html(
    "label",
    { class: "choice" },
    input,
    html("span", { class: "sw sw-box", "aria-hidden": "true" }),
    html(
      "span",
      { class: "ot" },
      html("b", {}, labelOf(option)),
      note ? html("span", {}, note) : undefined,
    ),
    price.element,
  );
  const update = (): void => {
    input.checked = !!configuration.choices[category.id];
    price.show(offerOf(configuration, category, { option: option.id }));
  };
  return { element, update };
}

/** What the base costs by itself, because its options show differences. */
function basePrice(configuration: Configuration, category: Category): Field {
  const { list } = configuration;
  const element = html("p", { class: "hint" });
  const update = (): void => {
    const { choices } = configuration;
    const option = category.options.find(({ id }) => id === choices[list.base]?.option);
    const price = totalOf(list, choices)?.lines.get(lineOf(category));
    const told = category.group ? words.ownPriceAsChosen : words.ownPrice;
    if (!option) element.textContent = words.chooseFirst(labelOf(category));
    else element.textContent = typeof price === "number" ? told(labelOf(option), euros(price)) : "";
  };
  return { element, update };
}

/** A material chosen before its quantity starts with the smallest that is offered. */
function choiceOf(configuration: Configuration, category: Category, option: string): Choice {
  if (!isMeasured(category)) return { option };
  const { largest, only } = configuration.measures(category, option);
  const most = Math.min(configuration.choices[category.id]?.measure ?? 1, largest);
  const measure = only ? (only.findLast((each) => each <= most) ?? only[0] ?? most) : most;
  return { option, measure: rounded(category, measure) };
}
