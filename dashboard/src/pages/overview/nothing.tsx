import { Button } from "../../parts/button";
import { CopyButton } from "../../parts/copy-button";
import { Empty } from "../../parts/panel-states";
import { useView } from "../../view/view";
import { useWords } from "../../words/language";
import styles from "./overview.module.css";
import { OVERVIEW_WORDS, type Span } from "./words";

const WIDEST = "90d";

/** No session: for want of any in this range, or because of the filters. One says what to do. */
export function Nothing({ span, isBrief }: { span: Span; isBrief: boolean }) {
  const words = useWords(OVERVIEW_WORDS);
  const { range, filterCount, clearFilters, setRange } = useView();
  if (isBrief) return <Empty>{filterCount ? words.noMatch(filterCount) : words.nobody(span)}</Empty>;
  if (filterCount > 0)
    return (
      <Empty
        next={
          <Button small onClick={clearFilters}>
            {words.clear}
          </Button>
        }
      >
        {words.noMatch(filterCount)}
      </Empty>
    );
  const isWidest = "timeRange" in range && range.timeRange === WIDEST;
  return (
    <Empty
      next={
        isWidest ? (
          <FirstStep />
        ) : (
          <Button small onClick={() => setRange({ timeRange: WIDEST })}>
            {words.widen}
          </Button>
        )
      }
    >
      {words.nobody(span)}
    </Empty>
  );
}

/** What a page needs so that somebody is counted. */
function FirstStep() {
  const words = useWords(OVERVIEW_WORDS);
  const line = `<script defer src="${window.location.origin}/tracker.js"></script>`;
  return (
    <>
      <p>{words.firstStep}</p>
      <p className={styles["line"]}>
        <code>{line}</code>
        <CopyButton small look="plain" text={line} label={words.copy} />
      </p>
    </>
  );
}
