import type { Choices } from "./configuration";
import { svg } from "./dom";
import {
  chimney,
  dimension,
  floors,
  foundation,
  gable,
  moduleShape,
  shadow,
  type ModuleShape,
} from "./house-shapes";
import { houseSize, type HouseSize } from "./house-size";
import type { PriceList } from "./price-list";

const LARGEST = 8;
/** Which modules have a window in the long wall. */
const WINDOWS: Record<string, (k: number) => boolean> = {
  light: (k) => k % 3 === 1,
  medium: (k) => k % 3 > 0,
  bright: () => true,
};

/** Whether this price list is for the house that is drawn here. */
export const isHouse = (list: PriceList): boolean =>
  list.categories.some(({ id }) => id === "gebaeudehuelle") &&
  (list.categories
    .find(({ id }) => id === list.base)
    ?.options.every((option) => (houseSize(option)?.modules ?? LARGEST + 1) <= LARGEST) ??
    false);

/** What is written beside the drawing and said of it. */
export interface HouseWords {
  drawing: (name: string) => string;
  measures: (size: HouseSize) => string;
}

/** The house as it is chosen. What changes is moved by the style sheet; the rest stays. */
export class House {
  readonly element: SVGElement;
  readonly #modules: ModuleShape[] = Array.from({ length: LARGEST }, (_, k) => moduleShape(k));
  readonly #below = svg("g");
  readonly #chimney = chimney();
  readonly #gable = gable();
  readonly #above = svg("g");

  constructor(
    readonly list: PriceList,
    readonly words: HouseWords,
  ) {
    this.element = svg(
      "svg",
      { viewBox: "-5.5 -16.2 27.7 19.7", role: "img" },
      this.#below,
      this.#chimney,
      ...this.#modules.map(({ group }) => group).reverse(),
      this.#gable,
      this.#above,
    );
  }

  show(choices: Choices, name: string): void {
    const size = this.#size(choices);
    const modules = size?.modules ?? 0;
    const floorCount = Math.min(choices["geschossdecke"]?.measure ?? 0, modules);
    const looks = [choices["gebaeudehuelle"]?.option ?? "bare", frames(choices["fenster"]?.option)];
    this.element.setAttribute("class", `house ${looks.join(" ")}`);
    this.element.setAttribute("aria-label", this.words.drawing(name));
    this.#modules.forEach((shape, k) => showModule(shape, k, modules, choices));
    this.#chimney.classList.toggle("absent", !modules || !choices["kamindurchzug"]);
    this.#gable.classList.toggle("absent", !modules);
    this.#below.replaceChildren(
      ...(modules ? [shadow(modules)] : []),
      ...(modules && choices["fundament"] ? [foundation(modules)] : []),
    );
    this.#above.replaceChildren(
      ...(floorCount ? [floors(floorCount)] : []),
      ...(size ? [dimension(modules, this.words.measures(size))] : []),
    );
  }

  #size(choices: Choices): HouseSize | undefined {
    const base = this.list.categories.find(({ id }) => id === this.list.base);
    const option = base?.options.find(({ id }) => id === choices[this.list.base]?.option);
    return option && houseSize(option);
  }
}

const frames = (windows: string | undefined): string => (windows ? `frames-${windows}` : "");

/** Panels fill the row at the ridge first, module by module, then the lower row. */
function showModule(shape: ModuleShape, k: number, modules: number, choices: Choices): void {
  const built = k < modules;
  const daylight = choices["belichtungspaket"]?.option ?? "";
  const panels = choices["pvanlage"]?.measure ?? 0;
  shape.group.classList.toggle("open", !built);
  shape.window.classList.toggle("absent", !built || !WINDOWS[daylight]?.(k));
  shape.panels.forEach((panel, row) =>
    panel.classList.toggle("absent", !built || row * modules + k >= panels),
  );
}
