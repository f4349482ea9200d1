import { colourOf } from "../../charts/category-colour";
import { Panel } from "../../parts/panel";
import { Empty } from "../../parts/panel-states";
import { ShareRows } from "../../parts/share-rows";
import { useFormats } from "../../words/formats";
import { useWords } from "../../words/language";
import { useNames } from "./names";
import type { Journey } from "./story";
import { JOURNEY_WORDS } from "./words";

/** Where the time went, and where somebody came back to what they had. */
export function HesitationPanel({ insights }: Pick<Journey, "insights">) {
  const words = useWords(JOURNEY_WORDS);
  const names = useNames();
  const { milliseconds } = useFormats();
  const longest = Math.max(1, ...insights.timePerCategory.map(({ ms }) => ms));
  const rows = insights.timePerCategory
    .toSorted((one, other) => other.ms - one.ms)
    .map(({ category, ms }) => ({
      key: category,
      label: names.category(category),
      note: [
        ...new Set(
          insights.changesOfMind
            .filter((change) => change.category === category)
            .map(({ from }) => words.returned(names.choice(category, from))),
        ),
      ].join(", "),
      value: milliseconds(ms),
      share: ms / longest,
      colour: colourOf(category, names.order),
    }));
  return (
    <Panel title={words.hesitation} note={words.hesitationNote}>
      {rows.length ? <ShareRows rows={rows} first={8} /> : <Empty>{words.noDwell}</Empty>}
    </Panel>
  );
}
