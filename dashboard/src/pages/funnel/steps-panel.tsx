import type { Schemas } from "../../api/types";
import { FunnelRows } from "../../charts/funnel-rows";
import { ChartKey } from "../../charts/key";
import { Panel, type Answer } from "../../parts/panel";
import { Empty } from "../../parts/panel-states";
import { useFormats } from "../../words/formats";
import { useWords } from "../../words/language";
import { useNames } from "./names";
import { FUNNEL_WORDS } from "./words";

type Funnel = Schemas["Funnel"];
type Step = Funnel["steps"][number];

/** What is lost where it was the last step reached. */
export const lossOf = ({ dropOff }: Funnel, step: string) =>
  dropOff.find((each) => each.step === step) ?? { step, sessions: 0, abandonedValue: 0 };

/** The step that loses the most sessions, if any loses one. */
export const worstOf = (funnel: Funnel): Step | undefined =>
  funnel.steps.reduce<Step | undefined>((worst, step) => {
    const lost = lossOf(funnel, step.step).sessions;
    return lost > (worst ? lossOf(funnel, worst.step).sessions : 0) ? step : worst;
  }, undefined);

export function StepsPanel({ answer }: { answer: Answer<Funnel> }) {
  const words = useWords(FUNNEL_WORDS);
  return (
    <Panel
      title={words.steps}
      note={words.stepsNote}
      action={
        <ChartKey
          items={[
            { label: words.wentOn, colour: "--chart-1" },
            { label: words.stopped, form: "hatch" },
          ]}
        />
      }
      foot={words.caveat}
      answer={answer}
      what={words.stepsWhat}
      isEmpty={({ steps }) => !steps[0]?.sessions}
      empty={<Empty>{words.none}</Empty>}
    >
      {(funnel) => <Rows funnel={funnel} />}
    </Panel>
  );
}

function Rows({ funnel }: { funnel: Funnel }) {
  const words = useWords(FUNNEL_WORDS);
  const names = useNames();
  const { number, share, largeMoney, unknown } = useFormats();
  const { steps } = funnel;
  const first = steps[0]?.sessions ?? 0;
  const rows = steps.map(({ step, label, sessions, shareOfFirst, shareOfPrevious }, index) => {
    const loss = lossOf(funnel, step);
    const next = steps[index + 1]?.sessions ?? sessions;
    const lost = loss.sessions ? number(loss.sessions) : unknown;
    const abandoned = loss.abandonedValue ? largeMoney(loss.abandonedValue) : unknown;
    return {
      key: step,
      label: names.step(step, label),
      reached: shareOfFirst ?? 0,
      wentOn: first ? next / first : 0,
      sessions: number(sessions),
      ofFirst: share(shareOfFirst),
      ofPrevious: index ? share(shareOfPrevious) : unknown,
      dropOff: lost,
      abandoned,
      told: loss.sessions ? words.told(lost, abandoned) : "",
    };
  });
  return (
    <FunnelRows
      caption={words.steps}
      headings={words.headings}
      rows={rows}
      worst={worstOf(funnel)?.step}
    />
  );
}
