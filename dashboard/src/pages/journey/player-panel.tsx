import { useMemo } from "react";
import { colourOf } from "../../charts/category-colour";
import { ChartKey } from "../../charts/key";
import type { Playback } from "../../charts/playback";
import { PricePlayer } from "../../charts/price-player";
import { Panel } from "../../parts/panel";
import { Empty } from "../../parts/panel-states";
import { useFormats } from "../../words/formats";
import { useWords } from "../../words/language";
import { useNames } from "./names";
import { useMomentNames } from "./moment-names";
import { clockOf, type Journey, type Moment, type Story } from "./story";
import { JOURNEY_WORDS, type JourneyWords } from "./words";

interface PlayerPanelProps {
  journey: Journey;
  story: Story;
  playback: Playback;
}

/** Price curve, dwell times and slider of one session. */
export function PlayerPanel({ journey, story, playback }: PlayerPanelProps) {
  const words = useWords(JOURNEY_WORDS);
  const names = useNames();
  const { moments } = story;
  const { session } = journey;
  const isQuiet = moments.length < 2;
  const chosen = names.order.filter((id) =>
    moments.some(({ isDecision, head }) => isDecision && head.category === id),
  );
  return (
    <Panel
      title={words.player}
      note={
        session.lastPriceListVersion && words.playerNote(session.lastPriceListVersion)
      }
      action={
        chosen.length > 0 && (
          <ChartKey
            items={chosen.map((id) => ({
              label: names.category(id),
              colour: colourOf(id, names.order),
            }))}
          />
        )
      }
    >
      {isQuiet ? (
        <Empty next={words.nothingNext}>{words.nothingHappened}</Empty>
      ) : (
        <Curve journey={journey} story={story} playback={playback} />
      )}
    </Panel>
  );
}

function Curve({ journey, story, playback }: PlayerPanelProps) {
  const words = useWords(JOURNEY_WORDS);
  const { money, shortMoney } = useFormats();
  const names = useNames();
  const told = useMomentNames();
  const { moments, lengthMs } = story;
  const { highestPrice, finalPrice } = journey.insights;
  const steps = useMemo(
    () =>
      moments.map((moment, index) => ({
        key: moment.key,
        atMs: moment.atMs,
        colour: colourOf(moment.head.category, names.order),
        isDecision: moment.isDecision,
        price: moment.price,
        dwellMs: index + 1 < moments.length ? moments[index + 1]!.atMs - moment.atMs : null,
        announce: told.announced(moment),
      })),
    [moments, names, told],
  );
  const end = { converted: words.ordered, abandoned: words.left }[journey.session.conversionStatus];
  const table = useMemo(
    () => ({ caption: words.player, columns: told.columns, rows: moments, rowKey: keyOf }),
    [words, told, moments],
  );
  return (
    <PricePlayer
      statement={statementOf(journey, story, words, money)}
      table={table}
      file="price-and-decisions"
      steps={steps}
      lengthMs={lengthMs}
      playback={playback}
      formatAxis={shortMoney}
      clock={clockOf}
      peakText={highestPrice === null ? undefined : words.peak(money(highestPrice))}
      endText={finalPrice === null ? undefined : (end ?? words.last)(money(finalPrice))}
    />
  );
}

const keyOf = ({ key }: Moment): string => key;

function statementOf(
  { insights }: Journey,
  { moments }: Story,
  words: JourneyWords,
  money: (price: number | null) => string,
): string {
  const { firstPrice, highestPrice, finalPrice } = insights;
  const highest = moments.find(({ price }) => price !== null && price === highestPrice);
  if (firstPrice === null) return words.noCurve;
  const at = clockOf(highest?.atMs ?? 0);
  return words.curve(money(firstPrice), money(highestPrice), at, money(finalPrice));
}
