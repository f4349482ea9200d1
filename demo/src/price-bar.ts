import { html } from "./dom";
import { euros, number, percent } from "./figures";
import type { Price } from "./price";
import { words } from "./words";

/** Price, rate, area and completeness, always in view. */
export class PriceBar {
  readonly element: HTMLElement;
  readonly #total = html("b", { "data-total": true, "aria-live": "polite" }, "–");
  readonly #rate = html("b", { "data-rate": true }, "–");
  readonly #area = html("b", { "data-area": true });
  readonly #areaPart = figure(words.livingArea, this.#area, "wide-only");
  readonly #complete = html("span", { "data-complete": true });
  readonly #progress = html("i");
  readonly #why = html("p", { role: "alert" });
  readonly #again = html("button", { class: "btn", type: "button" }, words.again);
  readonly #problem = html("div", { class: "problem", hidden: true }, this.#why);

  constructor(price: string, again: () => void) {
    this.#again.addEventListener("click", again);
    this.#problem.append(this.#again);
    this.element = html(
      "aside",
      { class: "dbar", "aria-label": price },
      this.#problem,
      figure(price, this.#total),
      figure(words.rate, this.#rate),
      this.#areaPart,
      html(
        "p",
        { class: "dprog wide-only" },
        html("span", { class: "lab" }, words.complete, " ", this.#complete),
        html("span", { class: "bar", "aria-hidden": "true" }, this.#progress),
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
  }

  show(price: Price): void {
    this.element.classList.remove("stale");
    this.#problem.hidden = true;
    this.#total.textContent = euros(price.totalPrice);
    this.#rate.textContent = euros(price.monthlyRate);
    this.#completed(price.completionPercentage);
  }

  /** The living area, in square metres, where the product has one. */
  showArea(area: number | undefined): void {
    this.#areaPart.hidden = area === undefined;
    this.#area.textContent = area === undefined ? "" : `${number(area)}\u00a0m²`;
  }

  /** A new price has been asked for; until it is here the old one stays, paler. */
  wait(): void {
    this.element.classList.add("stale");
  }

  /** `again`: it may help to ask once more. */
  fail(sentence: string, again: boolean): void {
    this.element.classList.remove("stale");
    this.#why.textContent = sentence;
    this.#again.hidden = !again;
    this.#problem.hidden = false;
    this.#completed(undefined);
    for (const each of [this.#total, this.#rate]) each.textContent = "–";
  }

  #completed(share: number | undefined): void {
    this.#complete.textContent = share === undefined ? "–" : percent(share);
    this.#progress.style.setProperty("width", `${share ?? 0}%`);
  }
}

const figure = (name: string, value: HTMLElement, look = ""): HTMLElement =>
  html("p", { class: look || undefined }, html("span", { class: "lab" }, name), value);
