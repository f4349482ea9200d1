import { memo, useMemo } from "react";
import { namesOf, sizeOf } from "../../parts/configuration";
import { HouseDrawing } from "../../parts/house-drawing";
import { Panel } from "../../parts/panel";
import { useFormats } from "../../words/formats";
import { useLanguage, useWords } from "../../words/language";
import styles from "./journey.module.css";
import { useNames } from "./names";
import { clockOf, type Moment } from "./story";
import { JOURNEY_WORDS } from "./words";

interface HousePanelProps {
  moment: Moment;
  moments: readonly Moment[];
}

/** What was configured at the playhead: drawn, priced and listed. */
export const HousePanel = memo(function HousePanel({ moment, moments }: HousePanelProps) {
  const words = useWords(JOURNEY_WORDS);
  const { language } = useLanguage();
  const { money, signedMoney } = useFormats();
  const { list } = useNames();
  const { configuration, price, priceDelta, atMs } = moment;
  const room = useMemo(
    () =>
      list &&
      Math.max(...moments.map((each) => sizeOf(each.configuration, list)?.modules ?? 0)),
    [list, moments],
  );
  const drawn = list ? namesOf(configuration, list, language).slice(0, 2) : [];
  return (
    <Panel title={words.configurationAt(clockOf(atMs))}>
      {list && room !== undefined && room > 0 && (
        <HouseDrawing
          configuration={configuration}
          list={list}
          name={drawn.map(({ option }) => option).join(", ")}
          room={room}
        />
      )}
      <p className={styles["price"]}>
        {money(price)}
        <span>
          {price === null ? words.onRequest : moment.isDecision && signedMoney(priceDelta)}
        </span>
      </p>
      <Choices moment={moment} moments={moments} />
    </Panel>
  );
});

/** Every category of the price list and what stood in it, the one of this step tinted. */
function Choices({ moment, moments }: HousePanelProps) {
  const words = useWords(JOURNEY_WORDS);
  const names = useNames();
  const { configuration, changes } = moment;
  const others = Object.keys(configuration).filter((id) => !names.order.includes(id));
  const past = moments.slice(0, moments.indexOf(moment) + 1);
  return (
    <dl className={styles["choices"]}>
      {[...names.order, ...others].map((category) => {
        const chosen = configuration[category];
        const isNow = changes.some((change) => change.category === category);
        const times = past.filter(
          ({ isDecision, head }) => isDecision && head.category === category,
        ).length;
        return (
          <div key={category} aria-current={isNow ? "step" : undefined}>
            <dt>{names.category(category)}</dt>
            <dd data-missing={chosen === undefined || undefined}>
              {chosen === undefined ? words.notChosen : names.choice(category, chosen)}
              {times > 1 && <span>{words.chosenTimes(times)}</span>}
            </dd>
          </div>
        );
      })}
    </dl>
  );
}
