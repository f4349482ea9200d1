import { html } from "./dom";
import type { Price } from "./price";
import { euros, percent, words } from "./words";

/** Price, rate and completeness, always in view. */
export class PriceBar {
  readonly #total = html("b", { "data-total": true, "aria-live": "polite" }, "–");
  readonly #rate = html("b", { "data-rate": true }, "–");
  readonly #complete = html("b", { "data-complete": true }, "–");
  readonly #problem = html("p", { class: "problem", role: "alert", hidden: true });
  readonly element = html(
    "aside",
    { class: "dbar", "aria-label": words.price },
    this.#problem,
    html("p", {}, html("span", { class: "lab" }, words.price), this.#total),
    html("p", {}, html("span", { class: "lab" }, words.rate), this.#rate),
    html(
      "p",
      { class: "wide-only" },
      html("span", { class: "lab" }, words.complete),
      this.#complete,
    ),
    html(
      "a",
      {
        class: "btn primary",
        href: "#summe",
        "data-nest-category": "page",
        "data-nest-value": "summary",
      },
      words.toSummary,
    ),
  );

  show(price: Price): void {
    this.element.classList.remove("stale");
    this.#problem.hidden = true;
    this.#total.textContent = euros(price.totalPrice);
    this.#rate.textContent = euros(price.monthlyRate);
    this.#complete.textContent = percent(price.completionPercentage);
  }

  /** A new price has been asked for; until it is here the old one stays, paler. */
  wait(): void {
    this.element.classList.add("stale");
  }

  fail(sentence: string): void {
    this.element.classList.remove("stale");
    this.#problem.textContent = sentence;
    this.#problem.hidden = false;
    for (const figure of [this.#total, this.#rate, this.#complete]) figure.textContent = "–";
  }
}
