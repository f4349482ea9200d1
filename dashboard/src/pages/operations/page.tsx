import { useAnswer } from "../../api/queries";
import type { Schemas } from "../../api/types";
import { Page } from "../../frame/page";
import { Grid, Stack } from "../../parts/grid";
import { useFormats } from "../../words/formats";
import { useWords } from "../../words/language";
import { AccountsPanel } from "./accounts-panel";
import { AlertsPanel } from "./alerts-panel";
import { AuditPanel } from "./audit-panel";
import { DeadLettersPanel } from "./dead-letters-panel";
import { ExportsPanel } from "./exports-panel";
import { FlagsPanel } from "./flags-panel";
import { JobsPanel, stateOf } from "./jobs-panel";
import { DEAD_LETTERS } from "./paths";
import { PriceListsPanel } from "./price-lists-panel";
import { TokensPanel } from "./tokens-panel";
import { OPERATIONS_WORDS } from "./words";
import { WorkersPanel } from "./workers-panel";

const EVERY_MS = 10_000;

export default function Operations() {
  const words = useWords(OPERATIONS_WORDS);
  const jobs = useAnswer("/api/admin/jobs", {}, { everyMs: EVERY_MS });
  const letters = useAnswer(DEAD_LETTERS, { limit: 1 });
  return (
    <Page
      title={words.title}
      question={words.question}
      answer={jobs.data && letters.data && <Answer jobs={jobs.data} letters={letters.data} />}
      asOf={jobs.data?.asOf}
    >
      <Grid>
        <AlertsPanel />
        <DeadLettersPanel />
        <JobsPanel answer={jobs} />
        <WorkersPanel answer={jobs} />
        <FlagsPanel />
        <TokensPanel />
        <AccountsPanel />
        <AuditPanel />
        <Stack span={5}>
          <ExportsPanel />
          <PriceListsPanel />
        </Stack>
      </Grid>
    </Page>
  );
}

interface AnswerProps {
  jobs: Schemas["Jobs"];
  letters: Schemas["DeadLetterPage"];
}

/** What has failed or stands still, and whether something could not be stored. */
function Answer({ jobs, letters }: AnswerProps) {
  const words = useWords(OPERATIONS_WORDS);
  const { list } = useFormats();
  const names: Record<string, string | undefined> = words.jobNames;
  const failed = jobs.items.filter((job) => stateOf(job) === "bad");
  const halted = jobs.workers?.filter(({ doing }) => doing !== "running") ?? [];
  return (
    <>
      {failed.length ? (
        <>
          {words.failedBefore} <b>{list(failed.map(({ name }) => names[name] ?? name))}</b>
          {words.failedAfter}
        </>
      ) : (
        words.noneFailed
      )}{" "}
      {jobs.workers === null ? words.streamAway : halted.length > 0 && words.halted(halted.length)}{" "}
      {letters.items.length ? words.lettersWait : words.lettersNone}
    </>
  );
}
