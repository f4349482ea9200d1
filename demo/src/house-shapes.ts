import { svg } from "./dom";

export type Point = readonly [x: number, y: number];

// An axonometric drawing: one module's length, the wall's height, the roof's slope to the ridge.
const LENGTH: Point = [2.3215, -0.9187];
const HEIGHT: Point = [0, -3.1];
const SLOPE: Point = [-2.235, -4.88];
const FRONT_LEFT: Point = [-4.46, -2.16];
const PV_ROWS: readonly Point[] = [
  [0.53, 0.92],
  [0.1, 0.49],
];
const PV_PER_ROW = 3;

/** `along` modules from the front, `up` walls high, `deep` roofs towards the ridge. */
export const at = (along: number, up: number, deep = 0): Point => [
  LENGTH[0] * along + HEIGHT[0] * up + SLOPE[0] * deep,
  LENGTH[1] * along + HEIGHT[1] * up + SLOPE[1] * deep,
];

const moved = ([x, y]: Point, right: number, down: number): Point => [x + right, y + down];

export const line = (...points: Point[]): string =>
  "M" + points.map(([x, y]) => `${x.toFixed(2)} ${y.toFixed(2)}`).join("L");
export const area = (...points: Point[]): string => line(...points) + "Z";
const path = (look: string, d: string): SVGElement => svg("path", { class: look, d });

/** One module with everything it can have: each part is shown by a class on itself. */
export interface ModuleShape {
  group: SVGElement;
  window: SVGElement;
  panels: SVGElement[];
}

export function moduleShape(k: number): ModuleShape {
  const window = sideWindow(k);
  const panels = PV_ROWS.map((row) => path("h-pv", panelRow(k, row)));
  const group = svg(
    "g",
    { class: "mod" },
    path("h-wall", area(at(k, 0), at(k + 1, 0), at(k + 1, 1), at(k, 1))),
    path("h-roof", area(at(k, 1), at(k + 1, 1), at(k + 1, 1, 1), at(k, 1, 1))),
    path("h-tex t-holz", battens(k, 14)),
    path("h-tex t-trapez", battens(k, 7)),
    path(
      "h-tex t-platten",
      battens(k, 2) + line(at(k, 1, 0.5), at(k + 1, 1, 0.5)) + line(at(k, 0.5), at(k + 1, 0.5)),
    ),
    window,
    ...panels,
  );
  return { group, window, panels };
}

function sideWindow(k: number): SVGElement {
  const [left, middle, right] = [k + 0.2, k + 0.5, k + 0.8];
  return svg(
    "g",
    { class: "h-window" },
    path("h-glass", area(at(left, 0.07), at(right, 0.07), at(right, 0.8), at(left, 0.8))),
    path("h-frame", line(at(middle, 0.07), at(middle, 0.8))),
  );
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

/** Look and outline of each part of the front, the farthest first. */
export const GABLE: readonly (readonly [look: string, d: string])[] = [
  ["h-gable", "M0 0L-4.46 -2.16L-4.46 -5.26L-2.235 -7.98L0 -3.1Z"],
  ["h-glass", "M-.46 -.47L-4 -2.19L-4 -5.04L-2.23 -7.03L-.46 -3.33Z"],
  ["h-glass2", "M-.46 -.47L-4 -2.19L-4 -4.23L-.46 -2.52Z"],
  ["h-frame", "M-2.23 -1.33L-2.23 -7.03M-1.36 -.91L-1.36 -2.96M-3.1 -1.75L-3.1 -3.8"],
];

export const gable = (): SVGElement => svg("g", {}, ...GABLE.map(([look, d]) => path(look, d)));

/** Stands behind the ridge: drawn before the roof, which hides its foot. */
export function chimney(): SVGElement {
  const foot = moved(at(1.45, 1, 1), 0, 0.6);
  const [right, left] = [moved(foot, 0.66, -0.26), moved(foot, -0.42, -0.2)];
  const up = (point: Point): Point => moved(point, 0, -2.1);
  return svg(
    "g",
    { class: "h-chimney" },
    path("h-wall", area(foot, right, up(right), up(foot))),
    path("h-gable", area(foot, left, up(left), up(foot))),
    path("h-roof", area(up(foot), up(right), moved(up(right), -0.42, -0.2), up(left))),
  );
}

/** A slab under the whole house. */
export function foundation(modules: number): SVGElement {
  const [front, back] = [at(0, 0), at(modules, 0)];
  const deep = 0.42;
  return svg(
    "g",
    { class: "h-slab" },
    path("", area(front, back, moved(back, 0, deep), moved(front, 0, deep))),
    path("", area(front, FRONT_LEFT, moved(FRONT_LEFT, 0, deep), moved(front, 0, deep))),
  );
}

/** Extra floors lie inside: hidden edges are dashed, as on a plan. */
export function floors(count: number): SVGElement {
  const edge = line(at(0, 0.86), at(count, 0.86)) + line(at(count, 0.86), at(count, 1));
  return svg(
    "g",
    {},
    path("h-hidden under", edge),
    path("h-hidden", edge),
    path("h-beam", "M-.55 -2.57L-3.92 -4.19"),
  );
}

export const shadowOf = (modules: number): string => {
  const end = at(modules, 0);
  return area([1.25, 0.38], moved(end, 1.51, 0.27), end, [0, 0]);
};

export const shadow = (modules: number): SVGElement => path("h-shadow", shadowOf(modules));

/** The dimension line along the house: a tick per module, and what it measures. */
export function dimension(modules: number, text: string): SVGElement {
  const beside = (along: number): Point => moved(at(along, 0), 1.61, 0.78);
  const ticks = Array.from({ length: modules + 1 }, (_, k) => beside(k))
    .map((tick) => line(moved(tick, -0.28, 0.42), moved(tick, 0.28, -0.42)))
    .join("");
  const reach = [0, modules]
    .map((along) => line(moved(at(along, 0), 0.31, 0.15), beside(along)))
    .join("");
  const [x, y] = moved(beside(modules / 2), 0.4, 1.1);
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
        dy: "0.4em", // more where the style sheet makes it larger
        transform: `translate(${x.toFixed(2)} ${y.toFixed(2)}) rotate(-21.6)`,
      },
      text,
    ),
  );
}
