import type { AnswerOf } from "../../api/types";

export type Journey = AnswerOf<"/api/admin/analytics/user-journey">;
export type Step = Journey["timeline"][number];

/** What happened at one instant of the session, and is one step of the player. */
export interface Moment {
  key: string;
  /** Milliseconds since the start, never after the last activity. */
  atMs: number;
  /** What the instant is told by: its decision, else the last that happened. */
  head: Step;
  changes: readonly CategoryChange[];
  /** Right after it. */
  configuration: Step["configuration"];
  price: number | null;
  /** Null where it, or the price before, is not known. */
  priceDelta: number | null;
  isDecision: boolean;
}

export interface CategoryChange {
  category: string;
  from: unknown;
  to: unknown;
}

export interface Story {
  moments: readonly Moment[];
  /** Of the session, from its start to its last activity. */
  lengthMs: number;
  /** When each step of the timeline was, in the same measure as the moments. */
  stepTimesMs: readonly number[];
}

/** The steps that a replay stops at: the start, each decision or other change, order and end. */
export function storyOf({ session, timeline }: Journey): Story {
  const startMs = Date.parse(session.startTime);
  const lengthMs = Math.max(Date.parse(session.lastActivity) - startMs, 0);
  // An order may be reported when the session is long over: then it stands at its end.
  const stepTimesMs = timeline.map(({ at }) =>
    Math.min(Math.max(Date.parse(at) - startMs, 0), lengthMs),
  );
  const moments: Moment[] = [];
  let together: Step[] = [];
  timeline.forEach((step, index) => {
    if (!isTold(step)) return;
    const atMs = stepTimesMs[index]!;
    const isSame = moments.at(-1)?.atMs === atMs;
    together = isSame ? [...together, step] : [step];
    if (isSame) moments.pop();
    moments.push(momentOf(together, atMs));
  });
  return { moments, lengthMs, stepTimesMs };
}

export const isDecision = ({ kind }: Step): boolean => kind === "selection";

const isTold = (step: Step): boolean =>
  ["start", "selection", "abandoned", "converted"].includes(step.kind) ||
  step.trigger === "order_attempt" ||
  Object.keys(step.changed).length > 0;

function momentOf(steps: readonly Step[], atMs: number): Moment {
  const last = steps.at(-1)!;
  const head = steps.findLast(isDecision) ?? last;
  return {
    key: `${atMs}`,
    atMs,
    head,
    changes: changesOf(steps, head),
    configuration: last.configuration,
    price: last.price,
    priceDelta: sumOf(steps.map(({ priceDelta }) => priceDelta)),
    isDecision: isDecision(head),
  };
}

/** Of each category from what it was before the instant to what it was after; its decision first. */
function changesOf(steps: readonly Step[], head: Step): CategoryChange[] {
  const changes = new Map<string, CategoryChange>();
  for (const { changed } of steps)
    for (const [category, { from, to }] of Object.entries(changed))
      changes.set(category, { category, from: changes.get(category)?.from ?? from, to });
  const { category, from, to } = head;
  if (!isDecision(head) || !category) return [...changes.values()];
  const decision = changes.get(category) ?? { category, from, to };
  changes.delete(category);
  return [decision, ...changes.values()];
}

const sumOf = (amounts: readonly (number | null)[]): number | null =>
  amounts.reduce<number | null>(
    (sum, amount) => (sum === null || amount === null ? null : sum + amount),
    0,
  );

/** "9:31", or "1:09:31". */
export function clockOf(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  const parts = [Math.floor(seconds / 60) % 60, seconds % 60];
  const hours = Math.floor(seconds / 3600);
  const [first, ...others] = hours ? [hours, ...parts] : parts;
  return [first, ...others.map((part) => String(part).padStart(2, "0"))].join(":");
}
