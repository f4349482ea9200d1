import { rounded, type Choice, type Configuration } from "./configuration";
import { description } from "./descriptions";
import { html } from "./dom";
import type { Field } from "./fields";
import { change, number } from "./figures";
import { OfferText } from "./offer-text";
import { offerOf } from "./offers";
import type { Category } from "./price-list";
import { totalOf } from "./totals";
import { labelOf, words } from "./words";

/** A number with steps; 0 takes the category away. */
export function measureField(configuration: Configuration, category: Category): Field {
  const label = labelOf(category);
  const unit = category.kind === "area" ? words.area : words.pieces;
  const set = (measure: number): void =>
    configuration.choose(category, measured(configuration, category, measure));
  const fewer = html("button", { type: "button", "aria-label": words.fewer(label) }, "−");
  const more = html("button", { type: "button", "aria-label": words.more(label) }, "+");
  fewer.addEventListener("click", () => set(neighbour(configuration, category, -1)));
  more.addEventListener("click", () => set(neighbour(configuration, category, 1)));
  const input = numberInput(category, label);
  input.addEventListener("change", () => {
    const { largest } = configuration.measures(category, optionNow(configuration, category));
    set(rounded(category, Math.min(Math.max(Number(input.value) || 0, 0), largest)));
    update();
  });
  const price = html("span", { class: "op" });
  const next = new OfferText(configuration.list);
  const nextName = html("span");
  const limit = html("span");
  const update = (): void => {
    const measure = configuration.choices[category.id]?.measure ?? 0;
    const { largest, only } = configuration.measures(category, optionNow(configuration, category));
    input.value = String(measure);
    input.max = String(largest);
    fewer.disabled = measure <= 0;
    more.disabled = measure >= largest;
    price.textContent = contribution(configuration, category);
    limit.textContent = limitText(largest, unit, only);
    const above = neighbour(configuration, category, 1);
    nextName.textContent = more.disabled ? "" : nextText(measure, above, unit);
    if (more.disabled) next.show({ is: "open" });
    else next.show(offerOf(configuration, category, measured(configuration, category, above)));
  };
  const [first, ...others] = category.options;
  const note = first && !others.length ? description(configuration.list, first) : undefined;
  const element = html(
    "div",
    { class: "measure" },
    note ? html("p", { class: "di" }, note) : undefined,
    html("div", { class: "qty" }, fewer, input, more, html("span", { class: "qn" }, unit), price),
    html("p", { class: "hint" }, limit, html("span", { class: "next" }, nextName, next.element)),
  );
  return { element, update };
}

function numberInput(category: Category, label: string): HTMLInputElement {
  const area = category.kind === "area";
  return html("input", {
    type: "number",
    name: `${category.id}-measure`,
    min: 0,
    step: area ? "any" : 1,
    inputmode: area ? "decimal" : "numeric",
    "aria-label": label,
  });
}

const optionNow = (configuration: Configuration, category: Category): string =>
  configuration.choices[category.id]?.option ?? category.options[0]!.id;

const measured = (
  configuration: Configuration,
  category: Category,
  measure: number,
): Choice | undefined =>
  measure > 0 ? { option: optionNow(configuration, category), measure } : undefined;

/** The next measure that is offered, up or down; below the least there is none of it. */
function neighbour(configuration: Configuration, category: Category, by: 1 | -1): number {
  const now = configuration.choices[category.id]?.measure ?? 0;
  const { largest, only } = configuration.measures(category, optionNow(configuration, category));
  if (!only) return rounded(category, Math.min(Math.max(now + by, 0), largest));
  const next = by > 0 ? only.find((each) => each > now) : only.findLast((each) => each < now);
  return next ?? (by > 0 ? now : 0);
}

/** What is in the total for it now. */
function contribution({ list, choices }: Configuration, category: Category): string {
  const amount = totalOf(list, choices)?.lines.get(category.id);
  if (amount === undefined) return "";
  return amount === null ? words.onRequest : amount ? change(amount) : words.included;
}

const nextText = (now: number, above: number, unit: string): string =>
  now ? words.insteadOf(number(above), number(now)) : `${number(above)}\u00a0${unit}:`;

function limitText(largest: number, unit: string, only: number[] | undefined): string {
  if (largest <= 0) return words.notOfferedHere;
  return only
    ? words.offeredOnly(only.map(number).join(", "))
    : words.largest(`${number(largest)}\u00a0${unit}`);
}
