import { useMemo } from "react";
import type { Column } from "../../parts/data-table";
import { useFormats, type Formats } from "../../words/formats";
import { useWords } from "../../words/language";
import { useNames, type Names } from "./names";
import { clockOf, type Moment, type Step } from "./story";
import { JOURNEY_WORDS, type JourneyWords } from "./words";

/** What steps and moments are called in the chosen language. */
export function useMomentNames() {
  const words = useWords(JOURNEY_WORDS);
  const names = useNames();
  const formats = useFormats();
  return useMemo(() => momentNames(words, names, formats), [words, names, formats]);
}

function momentNames(words: JourneyWords, names: Names, { money, signedMoney }: Formats) {
  /** A decision by its category, anything else by what it was. */
  const event = (step: Step): string =>
    step.kind === "selection" && step.category
      ? names.category(step.category)
      : (words.kinds[step.trigger ?? step.kind] ?? words.kinds[step.kind] ?? step.kind);
  const choice = ({ isDecision, head, changes: [first] }: Moment): string =>
    isDecision && head.category ? names.choice(head.category, first?.to ?? head.to) : "";
  const columns: Column<Moment>[] = [
    { id: "time", label: words.time, figure: true, cell: ({ atMs }) => clockOf(atMs) },
    { id: "event", label: words.event, cell: ({ head }) => event(head) },
    { id: "choice", label: words.decisions, cell: choice },
    {
      id: "change",
      label: words.change,
      figure: true,
      cell: ({ priceDelta }) => signedMoney(priceDelta),
      text: ({ priceDelta }) => priceDelta,
    },
    {
      id: "price",
      label: words.price,
      figure: true,
      cell: ({ price }) => money(price),
      text: ({ price }) => price,
    },
  ];
  return {
    event,
    columns,
    /** "Size: Nest 120, €236,300" */
    announced: (moment: Moment): string =>
      [[event(moment.head), choice(moment)].filter(Boolean).join(": "), money(moment.price)].join(
        ", ",
      ),
  };
}
