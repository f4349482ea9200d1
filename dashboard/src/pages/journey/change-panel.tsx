import { memo } from "react";
import { Icon } from "../../parts/icon";
import { Panel } from "../../parts/panel";
import { useFormats } from "../../words/formats";
import { useWords } from "../../words/language";
import styles from "./journey.module.css";
import { useMomentNames } from "./moment-names";
import { useNames } from "./names";
import type { CategoryChange, Journey, Moment } from "./story";
import { JOURNEY_WORDS } from "./words";

interface ChangePanelProps {
  moment: Moment;
  moments: readonly Moment[];
  insights: Journey["insights"];
}

/** From old to new, and what it did to the price. */
export const ChangePanel = memo(function ChangePanel({ moment, moments, insights }: ChangePanelProps) {
  const words = useWords(JOURNEY_WORDS);
  const { number, money, signedMoney } = useFormats();
  const told = useMomentNames();
  const { changes, price, priceDelta, head } = moment;
  const place = number(moments.indexOf(moment) + 1);
  return (
    <Panel title={words.changed} note={words.step(place, number(moments.length))}>
      <div className={styles["change"]}>
        <div className={styles["changes"]}>
          {changes.length === 0 && (
            <div>
              <span className={styles["label"]}>
                {head.kind === "start" ? words.beginsWith : words.nothingChanged}
              </span>
              <p>
                <b>{told.event(head)}</b>
              </p>
            </div>
          )}
          {changes.map((change) => (
            <Change key={change.category} change={change} />
          ))}
        </div>
        <div className={styles["delta"]}>
          <span className={styles["label"]}>{words.price}</span>
          <p>
            <b data-falls={(priceDelta ?? 0) < 0 || undefined}>
              {head.kind === "start" ? money(price) : signedMoney(priceDelta)}
            </b>
          </p>
        </div>
      </div>
      <Remarks moment={moment} moments={moments} insights={insights} />
    </Panel>
  );
});

function Change({ change: { category, from, to } }: { change: CategoryChange }) {
  const names = useNames();
  return (
    <div>
      <span className={styles["label"]}>{names.category(category)}</span>
      <p>
        <s>{names.choice(category, from)}</s> <Icon name="arrow" />{" "}
        <b>{names.choice(category, to)}</b>
      </p>
    </div>
  );
}

/** What is remarkable about the step, from what the answer tells of the session. */
function Remarks({ moment, moments, insights }: ChangePanelProps) {
  const words = useWords(JOURNEY_WORDS);
  const names = useNames();
  const remarks = [];
  if (moment.price === null) remarks.push(words.onRequest);
  const isHighest = moment.price !== null && moment.price === insights.highestPrice;
  if (isHighest && moment === moments.find(({ price }) => price === moment.price))
    remarks.push(words.isHighest);
  const back = returnAt(moment, moments, insights);
  if (back)
    remarks.push(
      words.isReturn(names.choice(back.category, back.from), names.choice(back.category, back.via)),
    );
  return <p className={styles["remarks"]}>{remarks.join(" ")}</p>;
}

/** The change of mind that ends with this step, if one does. */
function returnAt(moment: Moment, moments: readonly Moment[], insights: Journey["insights"]) {
  const { category, to } = moment.head;
  if (!moment.isDecision || !category) return undefined;
  const before = moments
    .slice(0, moments.indexOf(moment))
    .filter(({ isDecision, head }) => isDecision && head.category === category && head.to)
    .map(({ head }) => head.to);
  return insights.changesOfMind.find(
    (change) =>
      change.category === category &&
      change.from === to &&
      change.via === before.at(-1) &&
      before.includes(to),
  );
}
