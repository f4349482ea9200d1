export interface Scale {
  min: number;
  max: number;
  /** From the smallest to the largest, both ends included. */
  ticks: number[];
}

const STEPS = [1, 1.5, 2, 2.5, 3, 4, 5, 6, 8];
/** Between three and five lines. */
const MOST_STEPS = 4;

/** A scale whose ends and lines are round numbers. */
export function scaleOf(values: readonly (number | null)[], fromZero = true, whole = false): Scale {
  const known = values.filter((value) => value !== null);
  const highest = Math.max(0, ...known);
  const largest = highest || 1;
  const smallest = fromZero ? 0 : Math.min(largest, ...known);
  const step = stepOf(smallest, largest, whole);
  const first = Math.floor(smallest / step);
  const last = Math.max(lastOf(largest, step), first + 1);
  const ticks = Array.from({ length: last - first + 1 }, (_, k) => tidy((first + k) * step));
  return { min: ticks[0]!, max: ticks.at(-1)!, ticks };
}

/** The smallest round step with which no more lines are needed. */
function stepOf(smallest: number, largest: number, whole: boolean): number {
  const span = largest - smallest || largest;
  const power = 10 ** Math.floor(Math.log10(span / MOST_STEPS));
  const steps = [power, power * 10].flatMap((unit) => STEPS.map((factor) => tidy(factor * unit)));
  const fits = (step: number): boolean =>
    (!whole || Number.isInteger(step)) &&
    lastOf(largest, step) - Math.floor(smallest / step) <= MOST_STEPS;
  return steps.find(fits) ?? (whole ? Math.max(1, Math.ceil(span)) : span);
}

/** Rounding must not add a line above a value that lies on one. */
const lastOf = (largest: number, step: number): number => Math.ceil(largest / step - 1e-9);

const tidy = (value: number): number => Number(value.toPrecision(12));

/** Where a value lies, 0 at the bottom and 1 at the top. */
export const heightOf = ({ min, max }: Scale, value: number): number =>
  max > min ? (value - min) / (max - min) : 0;

/** Which of so many labels are written, so that they do not touch: first and last are. */
export function labelled(count: number, most: number): number[] {
  if (count <= most) return Array.from({ length: count }, (_, index) => index);
  const step = Math.ceil((count - 1) / (most - 1));
  const shown = Array.from({ length: Math.ceil(count / step) }, (_, k) => k * step);
  // The last before the end gives way to it.
  if (count - 1 - shown.at(-1)! < step * 0.6) shown.pop();
  return [...shown, count - 1];
}
