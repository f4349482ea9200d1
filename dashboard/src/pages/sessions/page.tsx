import { useAnswer } from "../../api/queries";
import type { Schemas } from "../../api/types";
import { Page } from "../../frame/page";
import { Grid } from "../../parts/grid";
import { downloadUrl, FORMATS } from "../../view/downloads";
import { useView } from "../../view/view";
import { useFormats } from "../../words/formats";
import { useWords } from "../../words/language";
import { ListPanel } from "./list-panel";
import { useListView } from "./list-view";
import { SESSIONS_WORDS } from "./words";

export default function Sessions() {
  const words = useWords(SESSIONS_WORDS);
  const { query } = useView();
  const listed = useListView();
  const sessions = useAnswer("/api/admin/sessions", listed.asked);
  const overview = useAnswer("/api/admin/analytics/overview", query);
  const downloads = FORMATS.map((format) => ({
    label: `${words.list} (${format.toUpperCase()})`,
    href: downloadUrl("sessions", format, listed.filter),
  }));
  return (
    <Page
      title={words.title}
      question={words.question}
      answer={overview.data && <Answer totals={overview.data.overview} />}
      asOf={sessions.data?.asOf}
      downloads={downloads}
    >
      <Grid>
        <ListPanel answer={sessions} listed={listed} />
      </Grid>
    </Page>
  );
}

/** How many there are in range and filters, whatever the list below is narrowed to. */
function Answer({ totals }: { totals: Schemas["Totals"] }) {
  const words = useWords(SESSIONS_WORDS);
  const { number, rate } = useFormats();
  const { totalSessions, convertedSessions, ongoingSessions, conversionRate } = totals;
  if (!totalSessions) return words.none;
  return (
    <>
      <b>{words.sessions(totalSessions, number(totalSessions))}</b>, {words.converted}{" "}
      <b>{number(convertedSessions)}</b> ({rate(conversionRate)}).
      {ongoingSessions > 0 && ` ${words.going(number(ongoingSessions))}`}
    </>
  );
}
