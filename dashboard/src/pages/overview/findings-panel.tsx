import { useState } from "react";
import { useAnswer } from "../../api/queries";
import type { Schemas } from "../../api/types";
import { Button } from "../../parts/button";
import { FindingLine } from "../../parts/finding-line";
import { Panel } from "../../parts/panel";
import { Empty } from "../../parts/panel-states";
import { useView } from "../../view/view";
import { useFormats } from "../../words/formats";
import { useWords } from "../../words/language";
import { useFindingText } from "./finding-text";
import styles from "./overview.module.css";
import { OVERVIEW_WORDS } from "./words";

type Finding = Schemas["Finding"];

const FIRST = 4;

/** What the data says with certainty, the greatest differences first. */
export function FindingsPanel() {
  const words = useWords(OVERVIEW_WORDS);
  const { query } = useView();
  const answer = useAnswer("/api/admin/analytics/insights", query);
  return (
    <Panel
      title={words.findings}
      note={words.findingsNote}
      foot={words.findingsFoot}
      span={4}
      answer={answer}
      shape="text"
      what={words.findingsWhat}
      isEmpty={({ findings }) => findings.length === 0}
      empty={<Empty>{words.findingsEmpty}</Empty>}
    >
      {({ findings }) => <Findings findings={findings} />}
    </Panel>
  );
}

function Findings({ findings }: { findings: readonly Finding[] }) {
  const words = useWords(OVERVIEW_WORDS);
  const { number } = useFormats();
  const [isAll, setAll] = useState(false);
  const told = useFindingText();
  const shown = isAll ? findings : findings.slice(0, FIRST);
  return (
    <>
      <div>
        {shown.map((finding) => (
          <FindingLine key={finding.sentence} {...finding} {...told(finding)} />
        ))}
      </div>
      {findings.length > FIRST && (
        <div className={styles["more"]}>
          <Button look="quiet" small aria-expanded={isAll} onClick={() => setAll(!isAll)}>
            {isAll ? words.showFewer : words.showAll(number(findings.length))}
          </Button>
        </div>
      )}
    </>
  );
}
