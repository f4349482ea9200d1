import type { Schemas } from "../../api/types";
import { useFormats } from "../../words/formats";
import { useWords } from "../../words/language";
import { spanOf, wayOf } from "./span";
import { OVERVIEW_WORDS } from "./words";

// Half of the last digit that is written.
const LEAST_POINTS = 0.00005;
const LEAST_PERCENT = 0.0005;

/** What the range has brought, beside the same time before. */
export function Answer({ overview: answer }: { overview: Schemas["Overview"] }) {
  const words = useWords(OVERVIEW_WORDS);
  const { number } = useFormats();
  const { totalSessions, convertedSessions } = answer.overview;
  const span = spanOf(answer);
  if (!totalSessions) return words.nobody(span);
  return (
    <>
      <b>{words.sessionsOf(totalSessions, number(totalSessions))}</b>{" "}
      {words.ledTo(totalSessions, span)}{" "}
      <b>{words.ordersOf(convertedSessions, number(convertedSessions))}</b>. <Change {...answer} />
    </>
  );
}

function Change(answer: Schemas["Overview"]) {
  const words = useWords(OVERVIEW_WORDS);
  const { points, growth } = useFormats();
  const { overview: now, previous } = answer;
  const before = words.theTimeBefore(spanOf(answer));
  if (now.conversionRate === null || previous.conversionRate === null)
    return words.noBefore(before);
  const rate = now.conversionRate - previous.conversionRate;
  const rateIs = words.rateIs(wayOf(rate, LEAST_POINTS), unsigned(points(rate)), before);
  if (!now.averagePrice || !previous.averagePrice) return `${rateIs}.`;
  const price = now.averagePrice / previous.averagePrice - 1;
  const percent = unsigned(growth(now.averagePrice, previous.averagePrice));
  return rateIs + words.priceIs(wayOf(price, LEAST_PERCENT), percent);
}

/** The words around say whether it is more or less. */
const unsigned = (text: string): string => text.replace(/^[+−±]/, "");
