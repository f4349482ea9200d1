import { useAnswer } from "../../api/queries";
import type { Schemas } from "../../api/types";
import { Page } from "../../frame/page";
import { csvOf, saveFile } from "../../parts/csv";
import type { Column } from "../../parts/data-table";
import { Grid } from "../../parts/grid";
import { useView } from "../../view/view";
import { useFormats } from "../../words/formats";
import { useWords } from "../../words/language";
import { MindsPanel, TimesPanel } from "./deciding-panels";
import { useNames } from "./names";
import { LeftPanel } from "./left-panel";
import { OrdersPanel } from "./orders-panel";
import { PathsPanel } from "./paths-panel";
import { lossOf, StepsPanel, worstOf } from "./steps-panel";
import { FUNNEL_WORDS } from "./words";

type Funnel = Schemas["Funnel"];

export default function FunnelAndPaths() {
  const words = useWords(FUNNEL_WORDS);
  const { query } = useView();
  const funnel = useAnswer("/api/admin/analytics/conversion-funnel", query);
  const paths = useAnswer("/api/admin/analytics/paths", query);
  const insights = useAnswer("/api/admin/analytics/insights", query);
  const saveSteps = useStepsFile(funnel.data);
  return (
    <Page
      title={words.title}
      question={words.question}
      answer={funnel.data && <Answer funnel={funnel.data} />}
      asOf={funnel.data?.asOf}
      downloads={saveSteps ? [{ label: `${words.steps} (CSV)`, save: saveSteps }] : []}
    >
      <Grid>
        <StepsPanel answer={funnel} />
        <PathsPanel answer={paths} />
        <OrdersPanel answer={paths} />
        <TimesPanel answer={insights} />
        <LeftPanel />
        <MindsPanel answer={insights} />
      </Grid>
    </Page>
  );
}

function Answer({ funnel }: { funnel: Funnel }) {
  const words = useWords(FUNNEL_WORDS);
  const names = useNames();
  const { number, largeMoney } = useFormats();
  const worst = worstOf(funnel);
  if (!funnel.steps[0]?.sessions) return words.none;
  if (!worst) return words.noLoss;
  const { sessions, abandonedValue } = lossOf(funnel, worst.step);
  return (
    <>
      {words.most} <b>{names.step(worst.step, worst.label)}</b>. {words.lost(number(sessions))}
      {abandonedValue > 0 && (
        <>
          {" "}
          {words.worth} <b>{largeMoney(abandonedValue)}</b>.
        </>
      )}
    </>
  );
}

/** What saves the rows of the funnel; undefined until they are there. */
function useStepsFile(funnel: Funnel | undefined): (() => void) | undefined {
  const words = useWords(FUNNEL_WORDS);
  const names = useNames();
  if (!funnel) return undefined;
  type Step = Funnel["steps"][number];
  const column = (id: string, label: string, text: (step: Step) => string | number | null) =>
    ({ id, label, text, cell: text }) satisfies Column<Step>;
  const { headings } = words;
  const columns = [
    column("step", headings.step, ({ step, label }) => names.step(step, label)),
    column("sessions", headings.sessions, ({ sessions }) => sessions),
    column("ofFirst", headings.ofFirst, ({ shareOfFirst }) => shareOfFirst),
    column("ofPrevious", headings.ofPrevious, ({ shareOfPrevious }) => shareOfPrevious),
    column("dropOff", headings.dropOff, ({ step }) => lossOf(funnel, step).sessions),
    column("abandoned", headings.abandoned, ({ step }) => lossOf(funnel, step).abandonedValue),
  ];
  const table = { caption: words.steps, columns, rows: funnel.steps, rowKey: (step: Step) => step.step };
  return () => saveFile("funnel.csv", csvOf(table));
}
