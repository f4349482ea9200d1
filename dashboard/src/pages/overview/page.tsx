import { useAnswer } from "../../api/queries";
import { Page } from "../../frame/page";
import { Grid, Stack } from "../../parts/grid";
import { downloadUrl, FORMATS, type Export } from "../../view/downloads";
import { useView } from "../../view/view";
import { useWords } from "../../words/language";
import { Answer } from "./answer";
import { DailyPanel } from "./daily-panel";
import { Figures } from "./figures";
import { FindingsPanel } from "./findings-panel";
import { LiveStrip } from "./live-strip";
import { PopularPanel } from "./popular-panel";
import { DevicesPanel, EndingsPanel } from "./share-panels";
import { OVERVIEW_WORDS } from "./words";

export default function Overview() {
  const words = useWords(OVERVIEW_WORDS);
  const { query } = useView();
  const overview = useAnswer("/api/admin/analytics/overview", query);
  const files: [Export, string][] = [
    ["daily", words.dailyFile],
    ["popular-configurations", words.popular],
  ];
  const downloads = files.flatMap(([rows, name]) =>
    FORMATS.map((format) => ({
      label: `${name} (${format.toUpperCase()})`,
      href: downloadUrl(rows, format, query),
    })),
  );
  return (
    <Page
      title={words.title}
      question={words.question}
      answer={overview.data && <Answer overview={overview.data} />}
      asOf={overview.data?.asOf}
      downloads={downloads}
    >
      <LiveStrip />
      <Figures answer={overview} />
      <Grid>
        <DailyPanel answer={overview} />
        <Stack span={4}>
          <EndingsPanel answer={overview} />
          <DevicesPanel answer={overview} />
        </Stack>
        <PopularPanel answer={overview} />
        <FindingsPanel />
      </Grid>
    </Page>
  );
}
