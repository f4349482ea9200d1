import type { ReactNode } from "react";
import { useParams } from "react-router";
import { useCanChange } from "../../api/me";
import { useAnswer } from "../../api/queries";
import { Page } from "../../frame/page";
import { LinkButton } from "../../parts/button";
import { Grid } from "../../parts/grid";
import { Panel } from "../../parts/panel";
import { Empty } from "../../parts/panel-states";
import { useViewAddress } from "../../view/view-link";
import { useFormats } from "../../words/formats";
import { useWords } from "../../words/language";
import { Answer } from "./answer";
import { EraseSession } from "./erase-session";
import { KeyFacts } from "./facts-panel";
import { useJourneyFiles } from "./files";
import { Replay } from "./replay";
import type { Journey } from "./story";
import { JOURNEY_WORDS } from "./words";

export default function JourneyOfSession() {
  const { sessionId = "" } = useParams();
  // Nothing of one session is shown while the next one loads.
  return <OneSession key={sessionId} sessionId={sessionId} />;
}

function OneSession({ sessionId }: { sessionId: string }) {
  const words = useWords(JOURNEY_WORDS);
  const journey = useAnswer("/api/admin/analytics/user-journey", { sessionId });
  const { data, error } = journey;
  if (error?.status === 404) return <Unknown sessionId={sessionId} />;
  return (
    <Told sessionId={sessionId} journey={data}>
      {data ? (
        <Replay journey={data} />
      ) : (
        <Grid>
          <Panel title={words.player} answer={journey} shape="chart" what={words.what} height={430}>
            {() => null}
          </Panel>
        </Grid>
      )}
    </Told>
  );
}

interface ToldProps {
  sessionId: string;
  journey: Journey | undefined;
  children: ReactNode;
}

/** The heading of a session, whether or not it is there yet. */
function Told({ sessionId, journey, children }: ToldProps) {
  const words = useWords(JOURNEY_WORDS);
  const { dateTime } = useFormats();
  const downloads = useJourneyFiles(journey);
  const canErase = useCanChange();
  const address = useViewAddress();
  const name = journey ? words.title(dateTime(journey.session.startTime)) : sessionId;
  return (
    <Page
      plain
      title={name}
      trail={[{ to: address("/sessions"), label: words.list }, { label: name }]}
      question={words.question}
      answer={journey && <Answer journey={journey} />}
      instruments={
        journey && (
          <>
            <KeyFacts journey={journey} />
            {canErase && <EraseSession sessionId={sessionId} />}
          </>
        )
      }
      asOf={journey?.asOf}
      downloads={downloads}
    >
      {children}
    </Page>
  );
}

function Unknown({ sessionId }: { sessionId: string }) {
  const words = useWords(JOURNEY_WORDS);
  const address = useViewAddress();
  const list = address("/sessions");
  return (
    <Page
      plain
      trail={[{ to: list, label: words.list }, { label: sessionId }]}
      question={words.unknown}
    >
      <Grid>
        <Panel title={sessionId}>
          <Empty
            next={
              <LinkButton to={list} look="primary">
                {words.toList}
              </LinkButton>
            }
          >
            {words.unknownWhy}
          </Empty>
        </Panel>
      </Grid>
    </Page>
  );
}
