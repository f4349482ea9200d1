import { useFormats } from "../../words/formats";
import { useWords } from "../../words/language";
import { useNames } from "./names";
import type { Journey } from "./story";
import { JOURNEY_WORDS } from "./words";

/** How long it took, what the price did meanwhile, and how far it went. */
export function Answer({ journey: { session, insights, truncated } }: { journey: Journey }) {
  const words = useWords(JOURNEY_WORDS);
  const { duration } = useFormats();
  return (
    <>
      {words.inTime(duration(session.sessionDuration))} <Prices insights={insights} />.{" "}
      <Ending status={session.conversionStatus} lastStep={insights.lastStep} />
      {truncated && ` ${words.truncated}`}
    </>
  );
}

function Prices({ insights }: Pick<Journey, "insights">) {
  const words = useWords(JOURNEY_WORDS);
  const { money } = useFormats();
  const { firstPrice, highestPrice, finalPrice } = insights;
  if (firstPrice === null || highestPrice === null || finalPrice === null) return words.noPrice;
  const [first, highest, final] = [firstPrice, highestPrice, finalPrice].map((price) => (
    <b key={price}>{money(price)}</b>
  ));
  if (firstPrice === highestPrice && highestPrice === finalPrice)
    return (
      <>
        {words.stayed} {first}
      </>
    );
  const [way, end] = firstPrice === highestPrice ? [words.down, final] : [words.up, highest];
  return (
    <>
      {words.from} {first} {way} {end}
      {end === highest && highestPrice !== finalPrice && (
        <>
          {" "}
          {words.back} {final}
        </>
      )}
    </>
  );
}

function Ending({ status, lastStep }: { status: string; lastStep: string }) {
  const words = useWords(JOURNEY_WORDS);
  const names = useNames();
  if (status === "converted") return words.converted;
  return (
    <>
      {status === "ongoing" ? words.ongoing : words.abandoned} <b>{names.step(lastStep)}</b>.
    </>
  );
}
