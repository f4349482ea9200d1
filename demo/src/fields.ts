import { html } from "./dom";
import { isMeasured, type Choice, type Configuration } from "./configuration";
import { offer, type Category, type Offer, type Option } from "./price-list";
import { euros, labelOf, number, words } from "./words";

/** The controls of one category; `update` shows what is chosen now, at today's size. */
export interface Field {
  element: HTMLElement;
  update(): void;
}

export function fieldFor(configuration: Configuration, category: Category): Field {
  const parts: Field[] = [];
  if (category.kind === "checkbox") parts.push(checkBox(configuration, category));
  else if (!isMeasured(category) || category.options.length > 1)
    parts.push(optionList(configuration, category));
  if (isMeasured(category)) parts.push(measureField(configuration, category));
  const element = html(
    "fieldset",
    { class: `field of-${category.kind}`, "data-category": category.id },
    html("legend", {}, labelOf(category)),
    ...parts.map((part) => part.element),
  );
  return { element, update: () => parts.forEach((part) => part.update()) };
}

function optionList(configuration: Configuration, category: Category): Field {
  const isBase = category.id === configuration.list.base;
  const rows = category.options.map((option) => optionRow(configuration, category, option, isBase));
  if (!category.required) rows.push(noneRow(configuration, category));
  const element = html(
    "div",
    { class: isBase ? "sizes" : "choices" },
    ...rows.map((row) => row.element),
  );
  return { element, update: () => rows.forEach((row) => row.update()) };
}

function optionRow(
  configuration: Configuration,
  category: Category,
  option: Option,
  isBase: boolean,
): Field {
  const input = radio(category, option.id, () =>
    configuration.choose(category, {
      option: option.id,
      ...measureFor(configuration, category, option.id),
    }),
  );
  const group = configuration.list.groups.find(({ id }) => id === category.group);
  const whole = isBase || (!!group && !group.categories.includes(configuration.list.base));
  const price = html("span", { class: "op" });
  const name = html("b", {}, labelOf(option));
  const note = option.description ? html("span", {}, option.description) : undefined;
  const element = isBase
    ? html("label", { class: "sz" }, input, name, note, price)
    : html(
        "label",
        { class: "choice" },
        input,
        html("span", { class: `sw sw-${option.id}`, "aria-hidden": "true" }),
        html("span", { class: "ot" }, name, note),
        price,
      );
  const update = (): void => {
    input.checked = configuration.choices[category.id]?.option === option.id;
    const told = offer(configuration.list, category, option.id, configuration.options());
    price.textContent = offerText(category, told, whole);
  };
  return { element, update };
}

function noneRow(configuration: Configuration, category: Category): Field {
  const input = radio(category, "", () => configuration.choose(category, undefined));
  const element = html(
    "label",
    { class: "choice none" },
    input,
    html("span", { class: "sw sw-none", "aria-hidden": "true" }),
    html("span", { class: "ot" }, html("b", {}, words.none), html("span", {}, words.noneNote)),
  );
  const update = (): void => {
    input.checked = !configuration.choices[category.id];
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
  const price = html("span", { class: "op" });
  const element = html(
    "label",
    { class: "choice" },
    input,
    html("span", { class: "sw sw-box", "aria-hidden": "true" }),
    html("span", { class: "ot" }, html("b", {}, labelOf(option)), option.description),
    price,
  );
  const update = (): void => {
    input.checked = !!configuration.choices[category.id];
    const told = offer(configuration.list, category, option.id, configuration.options());
    price.textContent = offerText(category, told, false);
  };
  return { element, update };
}

/** A number with steps; 0 takes the category away. */
function measureField(configuration: Configuration, category: Category): Field {
  const label = labelOf(category);
  const input = html("input", {
    type: "number",
    name: `${category.id}-measure`,
    min: 0,
    step: category.kind === "area" ? "any" : 1,
    inputmode: category.kind === "area" ? "decimal" : "numeric",
    "aria-label": label,
  });
  const unit = html("span", { class: "qn" }, category.kind === "area" ? words.area : words.pieces);
  const price = html("span", { class: "op" });
  const note = html("p", { class: "hint" });
  const optionNow = (): string =>
    configuration.choices[category.id]?.option ?? category.options[0]!.id;
  const set = (measure: number): void => {
    const option = optionNow();
    configuration.choose(category, measure > 0 ? { option, measure } : undefined);
  };
  const step = (by: 1 | -1, text: string, name: string): HTMLButtonElement => {
    const button = html("button", { type: "button", "aria-label": name }, text);
    button.addEventListener("click", () =>
      set(nextMeasure(configuration, category, optionNow(), by)),
    );
    return button;
  };
  const fewer = step(-1, "−", words.fewer(label));
  const more = step(1, "+", words.more(label));
  input.addEventListener("change", () => {
    const { largest } = configuration.measures(category, optionNow());
    const wanted = Math.min(Math.max(Number(input.value) || 0, 0), largest);
    set(category.kind === "area" ? wanted : Math.round(wanted));
    update();
  });
  const update = (): void => {
    const measure = configuration.choices[category.id]?.measure ?? 0;
    const { largest, only } = configuration.measures(category, optionNow());
    input.value = String(measure);
    input.max = String(largest);
    fewer.disabled = measure <= 0;
    more.disabled = measure >= largest;
    const told = offer(configuration.list, category, optionNow(), configuration.options());
    price.textContent = offerText(category, told, false);
    note.textContent = only
      ? words.offeredOnly(only.map(number).join(", "))
      : words.largest(`${number(largest)} ${unit.textContent}`);
  };
  const [option] = category.options;
  const described = category.options.length === 1 && option?.description;
  const element = html(
    "div",
    { class: "measure" },
    described ? html("p", { class: "di" }, described) : undefined,
    html("div", { class: "qty" }, fewer, input, more, unit, price),
    note,
  );
  return { element, update };
}

function nextMeasure(
  configuration: Configuration,
  category: Category,
  option: string,
  by: 1 | -1,
): number {
  const now = configuration.choices[category.id]?.measure ?? 0;
  const { largest, only } = configuration.measures(category, option);
  if (!only) return Math.min(Math.max(now + by, 0), largest);
  const next = by > 0 ? only.find((each) => each > now) : only.findLast((each) => each < now);
  return next ?? (by > 0 ? now : 0);
}

/** A material chosen before its quantity starts with the smallest that is offered. */
function measureFor(
  configuration: Configuration,
  category: Category,
  option: string,
): Pick<Choice, "measure"> {
  if (!isMeasured(category)) return {};
  const { largest, only } = configuration.measures(category, option);
  const now = configuration.choices[category.id]?.measure;
  return { measure: Math.min(now ?? only?.[0] ?? 1, largest) };
}

/** `whole`: the price of all that is priced together, not a surcharge. */
function offerText(category: Category, told: Offer, whole: boolean): string {
  if (told === undefined) return "";
  if (told === "on request") return words.onRequest;
  if (told === "not offered") return words.notOffered;
  if (category.kind === "area") return `${euros(told)}/m²`;
  if (category.kind === "quantity") return `${euros(told)} ${words.each}`;
  if (told === 0) return words.included;
  return whole ? euros(told) : `+ ${euros(told)}`;
}
