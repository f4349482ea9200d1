import { html } from "./dom";
import { change, euros } from "./figures";
import type { Offer } from "./offers";
import { priced, type PriceList } from "./price-list";
import { labelOf, words } from "./words";

/** What an option would change: a figure, and a second line where one is not enough. */
export class OfferText {
  readonly element: HTMLElement;
  readonly #main = html("span", { class: "change" });
  readonly #besides = html("span", { class: "besides" });

  constructor(readonly list: PriceList) {
    this.element = html("span", { class: "op" }, this.#main, this.#besides);
  }

  show(offer: Offer): void {
    this.#main.textContent = mainText(offer);
    this.#besides.textContent = besidesText(offer, this.list);
    this.element.classList.toggle("not-offered", offer.is === "not offered");
  }
}

function mainText(offer: Offer): string {
  if (offer.is === "open") return "";
  if (offer.is === "not offered") return words.notOffered;
  if (offer.is === "way out") return words.wayOut(euros(offer.euros));
  if (offer.onRequest) return words.onRequest;
  if (offer.is === "chosen") return offer.free ? words.included : words.inPrice;
  if (offer.euros) return change(offer.euros);
  return offer.free ? words.included : words.samePrice;
}

function besidesText(offer: Offer, list: PriceList): string {
  if (offer.is !== "change") return "";
  if (offer.onRequest) return offer.euros ? words.inTotal(change(offer.euros)) : "";
  const names = offer.later.map((line) => {
    const named = priced(list, line);
    return named ? labelOf(named) : line;
  });
  return names.length ? words.onRequestToo(names.join(", ")) : "";
}
