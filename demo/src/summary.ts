import type { Choices } from "./configuration";
import { html } from "./dom";
import type { PriceList } from "./price-list";
import type { Price } from "./price";
import { euros, labelOf, number, percent, words } from "./words";

/** The breakdown of the last price, and what can be done with it. */
export class Summary {
  readonly element: HTMLElement;
  readonly #lines = html("dl");
  readonly #total = html("b", { "data-total": true });
  readonly #terms = html("p", { class: "muted" });
  readonly #said = html("p", { class: "said", role: "status" });

  constructor(
    readonly list: PriceList,
    order: () => void,
    save: () => void,
  ) {
    const button = (text: string, what: string, act: () => void, look = "btn") => {
      const element = html(
        "button",
        { class: look, type: "button", "data-nest-category": "page", "data-nest-value": what },
        text,
      );
      element.addEventListener("click", act);
      return element;
    };
    this.element = html(
      "section",
      { class: "dsum", id: "summe", "aria-labelledby": "h-summe" },
      html("h2", { id: "h-summe" }, words.summary),
      this.#lines,
      html("p", { class: "total" }, html("span", {}, words.total), this.#total),
      this.#terms,
      html(
        "div",
        { class: "dact" },
        button(words.order, "order", order, "btn primary"),
        button(words.save, "save", save),
      ),
      this.#said,
    );
  }

  say(sentence: string): void {
    this.#said.textContent = sentence;
  }

  show(price: Price, choices: Choices): void {
    this.#lines.replaceChildren(
      ...price.breakdown.map((line) =>
        html(
          "div",
          { "data-line": line.category },
          html("dt", {}, ...this.#describe(line.category, line.label, choices)),
          html(
            "dd",
            {},
            line.onRequest ? words.onRequest : line.amount ? euros(line.amount) : words.included,
            line.onRequest ? html("span", { class: "small" }, words.onRequestLine) : undefined,
          ),
        ),
      ),
    );
    this.#total.textContent = euros(price.totalPrice);
    const { yearlyInterestPercent, months } = this.list.monthlyRate;
    this.#terms.textContent = words.terms(
      percent(yearlyInterestPercent),
      months,
      price.priceListVersion,
    );
  }

  /** "Belichtungspaket Light, Holz": a line names the options that it prices. */
  #describe(id: string, label: string, choices: Choices): (Node | string)[] {
    const group = this.list.groups.find((each) => each.id === id);
    const members = group?.categories ?? [id];
    const chosen = this.list.categories
      .filter((category) => members.includes(category.id))
      .flatMap((category) => {
        const choice = choices[category.id];
        const option = category.options.find((each) => each.id === choice?.option);
        if (!option) return [];
        const measure = choice?.measure;
        const unit = category.kind === "area" ? "\u00a0m²" : "\u00a0×";
        return [
          measure === undefined ? labelOf(option) : `${number(measure)}${unit} ${labelOf(option)}`,
        ];
      });
    const named = group ?? this.list.categories.find((category) => category.id === id);
    const heading = named ? labelOf(named) : label;
    const details = chosen.filter((text) => text !== heading).join(", ");
    return details ? [heading, html("span", { class: "small" }, details)] : [heading];
  }
}
