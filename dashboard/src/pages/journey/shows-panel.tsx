import { useAnswer } from "../../api/queries";
import type { Schemas } from "../../api/types";
import { QuantileChain } from "../../charts/quantile-chain";
import { Panel } from "../../parts/panel";
import { useView } from "../../view/view";
import { useFormats } from "../../words/formats";
import { useWords } from "../../words/language";
import styles from "./journey.module.css";
import { useNames } from "./names";
import type { Journey } from "./story";
import { JOURNEY_WORDS } from "./words";

/** Price, changes of mind and how far it went; and where its last price lies among others. */
export function ShowsPanel({ journey }: { journey: Journey }) {
  const words = useWords(JOURNEY_WORDS);
  const names = useNames();
  const { insights, session } = journey;
  const { changesOfMind, lastStep } = insights;
  const minds = changesOfMind.map(({ category, from, via }) =>
    words.mind(
      names.category(category),
      names.choice(category, from),
      names.choice(category, via),
    ),
  );
  return (
    <Panel title={words.shows}>
      <div className={styles["tells"]}>
        <PriceTold insights={insights} />
        <div>
          <p>{minds.length ? words.minds(minds.length) : words.noMinds}</p>
          <small>{[...new Set(minds)].slice(0, MOST_TOLD).join(" ")}</small>
        </div>
        <div>
          <p>
            {words.lastStep} {names.step(lastStep)}.
          </p>
          <small>{session.exitPage && words.lastStepNote(session.exitPage)}</small>
        </div>
      </div>
      {session.lastPrice !== null && <Among price={session.lastPrice} />}
    </Panel>
  );
}

const MOST_TOLD = 3;

function PriceTold({ insights }: Pick<Journey, "insights">) {
  const words = useWords(JOURNEY_WORDS);
  const { money } = useFormats();
  const { firstPrice, highestPrice, finalPrice } = insights;
  if (highestPrice === null || finalPrice === null)
    return (
      <div>
        <p>{words.noCurve}</p>
      </div>
    );
  const difference = highestPrice - finalPrice;
  return (
    <div>
      <p>{difference > 0 ? words.below(money(difference)) : words.atHighest}</p>
      <small>{words.prices(money(firstPrice), money(highestPrice), money(finalPrice))}</small>
    </div>
  );
}

const QUANTILES = { p10: 10, p25: 25, p50: 50, p75: 75, p90: 90 } as const;
type Name = keyof typeof QUANTILES;
/** Shares of the width that stay free at both ends. */
const MARGIN = 0.06;

/** The last price on the dimension line of all last prices in the range of the view. */
function Among({ price }: { price: number }) {
  const words = useWords(JOURNEY_WORDS);
  const { query } = useView();
  const { money } = useFormats();
  const { data } = useAnswer("/api/admin/analytics/price-distribution", query);
  const known = data && knownOf(data.quantiles);
  if (!known) return null;
  const values = [...known.map(([, value]) => value), price];
  const [least, most] = [Math.min(...values), Math.max(...values)];
  const at = (value: number): number =>
    most > least ? MARGIN + ((1 - 2 * MARGIN) * (value - least)) / (most - least) : 0.5;
  const marks = known.map(([name, value]) => ({
    at: at(value),
    label: name === "p50" ? words.median : words.quantile(QUANTILES[name]),
    text: money(value),
    main: name === "p50",
  }));
  return (
    <div className={styles["among"]}>
      <h3>{words.among}</h3>
      <QuantileChain
        marks={marks}
        here={{ at: at(price), text: money(price) }}
        label={words.amongStatement(money(price), money(data.quantiles.p50))}
      />
    </div>
  );
}

function knownOf(quantiles: Schemas["Quantiles"]): [Name, number][] | undefined {
  const known = (Object.keys(QUANTILES) as Name[]).flatMap((name): [Name, number][] => {
    const value = quantiles[name];
    return value === null ? [] : [[name, value]];
  });
  return known.length ? known : undefined;
}
