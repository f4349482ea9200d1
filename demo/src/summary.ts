import type { Choices } from "./configuration";
import { html } from "./dom";
import { euros, number, percent } from "./figures";
import { priced, type PriceList } from "./price-list";
import type { Price } from "./price";
import { labelOf, words, type ProductWords } from "./words";

export interface Acts {
  order(): void;
  save(): void;
  link(): void;
  /** Where the device can hand a link to other programs. */
  share: (() => void) | undefined;
}

/** The breakdown of the last price, and what can be done with it. */
export class Summary {
  readonly element: HTMLElement;
  readonly #lines = html("dl");
  readonly #total = html("b", { "data-total": true });
  readonly #terms = html("p", { class: "muted" });
  readonly #said = html("p", { class: "said", role: "status" });
  readonly #link = html("input", { type: "text", readonly: true, "aria-label": words.linkLabel });
  readonly #linkField = html("p", { class: "text", hidden: true }, this.#link);

  constructor(
    readonly list: PriceList,
    own: ProductWords,
    acts: Acts,
  ) {
    this.element = html(
      "section",
      { class: "dsum", id: "summe", "aria-labelledby": "h-summe" },
      html("h2", { id: "h-summe" }, own.summary),
      this.#lines,
      html("p", { class: "total" }, html("span", {}, own.total), this.#total),
      this.#terms,
      html(
        "div",
        { class: "dact" },
        button(words.order, "order", acts.order, "btn primary"),
        button(words.save, "save", acts.save),
        button(words.link, "link", acts.link),
        acts.share ? button(words.share, "share", acts.share) : undefined,
      ),
      this.#said,
      this.#linkField,
    );
  }

  say(sentence: string): void {
    this.#said.textContent = sentence;
    this.#linkField.hidden = true;
  }

  /** The link to copy by hand, where the browser does not do it. */
  showLink(address: string): void {
    this.say(words.linkShown);
    this.#link.value = address;
    this.#linkField.hidden = false;
    this.#link.focus();
    this.#link.select();
  }

  /** A new price has been asked for. */
  wait(): void {
    this.element.classList.add("stale");
  }

  fail(): void {
    this.element.classList.remove("stale");
    this.#lines.replaceChildren();
    this.#total.textContent = "–";
    this.#terms.textContent = "";
  }

  show(price: Price, choices: Choices): void {
    this.element.classList.remove("stale");
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
    const named = priced(this.list, id);
    const heading = named ? labelOf(named) : label;
    const details = chosen.filter((text) => text !== heading).join(", ");
    return details ? [heading, html("span", { class: "small" }, details)] : [heading];
  }
}

function button(text: string, what: string, act: () => void, look = "btn"): HTMLElement {
  const element = html(
    "button",
    { class: look, type: "button", "data-nest-category": "page", "data-nest-value": what },
    text,
  );
  element.addEventListener("click", act);
  return element;
}
