import type { Choices } from "./configuration";
import { html, svg } from "./dom";
import type { PriceList } from "./price-list";
import { labelOf, words } from "./words";

type Point = readonly [x: number, y: number];

// An axonometric drawing: one module's length, the wall's height, the roof's slope to the ridge.
const LENGTH: Point = [2.3215, -0.9187];
const HEIGHT: Point = [0, -3.1];
const SLOPE: Point = [-2.235, -4.88];
const SMALLEST = 4;
const LARGEST = 8;
const PV_ROWS: readonly Point[] = [
  [0.53, 0.92],
  [0.1, 0.49],
];
const PV_PER_ROW = 3;
const WINDOWS = new Set([1, 4, 7]);

/** `along` modules from the front, `up` walls high, `in` roofs deep. */
const at = (along: number, up: number, deep = 0): Point => [
  LENGTH[0] * along + HEIGHT[0] * up + SLOPE[0] * deep,
  LENGTH[1] * along + HEIGHT[1] * up + SLOPE[1] * deep,
];

const line = (...points: Point[]): string =>
  "M" + points.map(([x, y]) => `${x.toFixed(2)} ${y.toFixed(2)}`).join("L");
const area = (...points: Point[]): string => line(...points) + "Z";
const path = (look: string, d: string, more = {}): SVGElement =>
  svg("path", { class: look, d, ...more });

/** The house as it is chosen: modules by size, surface by cladding, panels on the roof. */
export class House {
  readonly element: HTMLElement;
  readonly #drawing: SVGElement;
  readonly #name = html("p", { class: "dname" });

  constructor(readonly list: PriceList) {
    this.#drawing = svg("svg", {
      class: "house",
      viewBox: "-5.5 -16.2 27.7 19.7",
      role: "img",
      "aria-label": words.drawing,
    });
    this.element = html(
      "div",
      { class: "dscene" },
      html("div", {}, this.#drawing as unknown as HTMLElement),
      this.#name,
    );
  }

  show(choices: Choices): void {
    const sizes = this.list.categories.find(({ id }) => id === this.list.base)?.options ?? [];
    const size = sizes.findIndex(({ id }) => id === choices[this.list.base]?.option);
    const modules = size < 0 ? 0 : Math.min(SMALLEST + size, LARGEST);
    const cladding = this.list.categories
      .find(({ id }) => id === "gebaeudehuelle")
      ?.options.find(({ id }) => id === choices.gebaeudehuelle?.option);
    const panels = choices.pvanlage?.measure ?? 0;
    this.#drawing.setAttribute("class", `house ${cladding?.id ?? "bare"}`);
    this.#drawing.replaceChildren(
      ...(modules ? [shadow(modules)] : []),
      ...Array.from({ length: LARGEST }, (_, k) => LARGEST - 1 - k).map((k) =>
        moduleOf(k, k < modules, panelsOf(k, modules, panels)),
      ),
      ...(modules ? [gable(), dimension(modules)] : []),
    );
    const chosen = sizes[size];
    const house = chosen ? labelOf(chosen) : "";
    this.#name.textContent = cladding && house ? words.clad(house, labelOf(cladding)) : house;
  }
}

/** Panels fill the row at the ridge first, module by module, then the lower row. */
const panelsOf = (k: number, modules: number, panels: number): boolean[] =>
  PV_ROWS.map((_, row) => k < modules && row * modules + k < panels);

function moduleOf(k: number, built: boolean, panels: boolean[]): SVGElement {
  const group = svg(
    "g",
    { class: built ? "mod" : "mod open" },
    path("h-wall", area(at(k, 0), at(k + 1, 0), at(k + 1, 1), at(k, 1))),
    path("h-roof", area(at(k, 1), at(k + 1, 1), at(k + 1, 1, 1), at(k, 1, 1))),
  );
  if (!built) return group;
  group.append(
    path("h-tex t-holz", battens(k, 14)),
    path("h-tex t-trapez", battens(k, 7)),
    path(
      "h-tex t-platten",
      battens(k, 2) + line(at(k, 1, 0.5), at(k + 1, 1, 0.5)) + line(at(k, 0.5), at(k + 1, 0.5)),
    ),
  );
  if (WINDOWS.has(k)) {
    const [left, middle, right] = [k + 0.2, k + 0.5, k + 0.8];
    group.append(
      path("h-glass", area(at(left, 0.07), at(right, 0.07), at(right, 0.8), at(left, 0.8))),
      path("h-tex h-frame", line(at(middle, 0.07), at(middle, 0.8))),
    );
  }
  panels.forEach((there, row) => {
    if (there) group.append(path("h-pv", panelRow(k, PV_ROWS[row]!)));
  });
  return group;
}

const battens = (k: number, parts: number): string =>
  Array.from({ length: parts - 1 }, (_, part) => k + (part + 1) / parts)
    .map((along) => line(at(along, 0), at(along, 1), at(along, 1, 1)))
    .join("");

const panelRow = (k: number, [low, high]: Point): string =>
  Array.from({ length: PV_PER_ROW }, (_, index) => k + 0.08 + index * 0.286)
    .map((left) => [left, left + 0.27] as const)
    .map(([left, right]) =>
      area(at(left, 1, low), at(right, 1, low), at(right, 1, high), at(left, 1, high)),
    )
    .join("");

function gable(): SVGElement {
  return svg(
    "g",
    {},
    path("h-gable", "M0 0L-4.46 -2.16L-4.46 -5.26L-2.235 -7.98L0 -3.1Z"),
    path("h-glass", "M-.46 -.47L-4 -2.19L-4 -5.04L-2.23 -7.03L-.46 -3.33Z"),
    path("h-glass2", "M-.46 -.47L-4 -2.19L-4 -4.23L-.46 -2.52Z"),
    path("h-tex h-frame", "M-2.23 -1.33L-2.23 -7.03M-1.36 -.91L-1.36 -2.96M-3.1 -1.75L-3.1 -3.8"),
  );
}

const shadow = (modules: number): SVGElement => {
  const [x, y] = at(modules, 0);
  return path("h-shadow", area([1.25, 0.38], [x + 1.51, y + 0.27], [x, y], [0, 0]));
};

/** The dimension line along the house: a tick per module, and what it measures. */
function dimension(modules: number): SVGElement {
  const beside = (along: number): Point => [1.61 + LENGTH[0] * along, 0.78 + LENGTH[1] * along];
  const ticks = Array.from({ length: modules + 1 }, (_, k) => beside(k))
    .map(([x, y]) => line([x - 0.28, y + 0.42], [x + 0.28, y - 0.42]))
    .join("");
  const reach = [0, modules]
    .map((along) => {
      const [x, y] = at(along, 0);
      return line([x + 0.31, y + 0.15], [x + 1.61, y + 0.78]);
    })
    .join("");
  const [x, y] = beside(modules / 2);
  return svg(
    "g",
    {},
    path("h-dim", line(beside(-0.185), beside(modules + 0.187)) + ticks),
    path("h-dim faint", reach),
    svg(
      "text",
      {
        class: "h-dimtext",
        "text-anchor": "middle",
        transform: `translate(${(x + 0.457).toFixed(2)} ${(y + 1.247).toFixed(2)}) rotate(-21.6)`,
      },
      words.modules(modules),
    ),
  );
}
