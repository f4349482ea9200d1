import type { Configuration } from "./configuration";
import { html } from "./dom";
import { number } from "./figures";
import { House, isHouse, type HouseWords } from "./house";
import { labelOf, words, type ProductWords } from "./words";

const ofHouse: HouseWords = {
  drawing: words.drawing,
  measures: ({ modules, area }) => `${words.modules(modules)} · ${number(area)} m²`,
};

/** What is chosen, drawn where there is a drawing and named in any case; and a step back. */
export class Scene {
  readonly element: HTMLElement;
  readonly #house: House | undefined;
  readonly #name = html("p", { class: "dname" });
  readonly #undo = html(
    "button",
    {
      class: "btn quiet",
      type: "button",
      "data-nest-category": "page",
      "data-nest-value": "undo",
      hidden: true,
    },
    words.undo,
  );

  constructor(
    readonly configuration: Configuration,
    own: ProductWords,
  ) {
    this.#house = isHouse(configuration.list) ? new House(configuration.list, ofHouse) : undefined;
    this.#undo.addEventListener("click", () => configuration.undo());
    this.element = html(
      "section",
      { class: this.#house ? "dscene" : "dscene bare", "aria-label": own.scene },
      this.#house && html("div", { class: "drawing" }, this.#house.element),
      html("div", { class: "caption" }, this.#name, this.#undo),
    );
  }

  update(): void {
    const base = this.#label(this.configuration.list.base) ?? "";
    const cladding = this.#house && base ? this.#label("gebaeudehuelle") : undefined;
    const dressed = cladding ? words.dressed(cladding) : "";
    this.#name.replaceChildren(html("b", {}, base), dressed);
    this.#house?.show(this.configuration.choices, base + dressed);
    // Neither hidden again nor disabled: both would take the focus from who has just pressed it.
    if (this.configuration.canUndo) this.#undo.hidden = false;
    this.#undo.setAttribute("aria-disabled", String(!this.configuration.canUndo));
  }

  #label(category: string): string | undefined {
    const choice = this.configuration.choices[category];
    const known = this.configuration.list.categories.find(({ id }) => id === category);
    const option = known?.options.find(({ id }) => id === choice?.option);
    return option && labelOf(option);
  }
}
