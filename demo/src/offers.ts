import type { Choice, Configuration } from "./configuration";
import { lineOf, type Category } from "./price-list";
import { totalOf, type Total } from "./totals";

/** What an option would do to the price bar, with all that the choice would change. */
export type Offer =
  /** Nothing can be told before an option of the base category is chosen. */
  | { is: "open" }
  | { is: "not offered" }
  /** `free`: it adds nothing to the least price of its line. */
  | { is: "chosen"; free: boolean; onRequest: boolean }
  /** The configuration has no price now; with this it would have one. */
  | { is: "way out"; euros: number }
  /** `later`: other lines that would be on request and are not now. */
  | { is: "change"; euros: number; free: boolean; onRequest: boolean; later: string[] };

/** `after` is undefined for "none of these". */
export function offerOf(
  configuration: Configuration,
  category: Category,
  after: Choice | undefined,
): Offer {
  const { list, choices } = configuration;
  const line = lineOf(category);
  const now = totalOf(list, choices);
  const then = totalOf(list, configuration.after(category, after));
  if (!then) return now ? { is: "not offered" } : { is: "open" };
  if (after && !then.lines.has(line)) return { is: "open" };
  // Less by what nobody has named yet.
  if (!after && now?.lines.get(line) === null) return { is: "open" };
  const own = then.lines.get(line);
  const group = list.groups.find(({ id }) => id === category.group);
  const free = !!after && (own === 0 || group?.notChosen[category.id] === after.option);
  const onRequest = !!after && own === null;
  if (isChosen(choices[category.id], after)) return { is: "chosen", free, onRequest };
  if (!now) return { is: "way out", euros: then.euros };
  const euros = then.euros - now.euros;
  return { is: "change", euros, free, onRequest, later: newlyOnRequest(now, then, line) };
}

const isChosen = (now: Choice | undefined, after: Choice | undefined): boolean =>
  now?.option === after?.option && now?.measure === after?.measure;

const newlyOnRequest = (now: Total, then: Total, but: string): string[] =>
  [...then.lines]
    .filter(([line, amount]) => amount === null && line !== but && now.lines.get(line) !== null)
    .map(([line]) => line);
