import { usePriceList } from "../../api/price-list";
import type { Schemas } from "../../api/types";
import { Tag } from "../../parts/chip";
import { ConfigurationCell } from "../../parts/configuration-cell";
import { DataTable, type Column } from "../../parts/data-table";
import { Status } from "../../parts/status";
import { ViewLink } from "../../view/view-link";
import { useFormats } from "../../words/formats";
import { useLanguage, useWords } from "../../words/language";
import styles from "./sessions.module.css";
import { SESSIONS_WORDS, type Status as SessionStatus } from "./words";

type Session = Schemas["SessionRow"];

const SIGNS = { converted: "good", abandoned: "off" } as const;

export function SessionTable({ rows }: { rows: readonly Session[] }) {
  const words = useWords(SESSIONS_WORDS);
  const { number, money, duration } = useFormats();
  const columns: Column<Session>[] = [
    {
      id: "configuration",
      label: words.configuration,
      lead: true,
      cell: (row) => <Built session={row} />,
    },
    { id: "begin", label: words.begin, header: true, cell: (row) => <Begin session={row} /> },
    {
      id: "duration",
      label: words.duration,
      figure: true,
      cell: (row) => duration(row.sessionDuration),
    },
    { id: "from", label: words.from, cell: (row) => <From session={row} /> },
    {
      id: "interactions",
      label: words.interactions,
      figure: true,
      cell: (row) => number(row.totalInteractions),
    },
    {
      id: "price",
      label: words.lastPrice,
      figure: true,
      cell: (row) => <b>{money(row.lastPrice)}</b>,
    },
    { id: "status", label: words.status, cell: (row) => <Outcome session={row} /> },
  ];
  return (
    <DataTable
      caption={words.table}
      columns={columns}
      rows={rows}
      rowKey={({ sessionId }) => sessionId}
    />
  );
}

interface Row {
  session: Session;
}

function Built({ session: { finalConfiguration } }: Row) {
  const words = useWords(SESSIONS_WORDS);
  const { language } = useLanguage();
  const { data: list } = usePriceList();
  if (!finalConfiguration) return <span className={styles["muted"]}>{words.noConfiguration}</span>;
  return <ConfigurationCell configuration={finalConfiguration} list={list} language={language} />;
}

function Begin({ session: { sessionId, startTime } }: Row) {
  const { date, time } = useFormats();
  return (
    <>
      <ViewLink to={`/sessions/${encodeURIComponent(sessionId)}`} className={styles["begin"]}>
        <time dateTime={startTime}>
          {date(startTime)}, {time(startTime)}
        </time>
      </ViewLink>
      <span className={styles["id"]} title={sessionId}>
        {sessionId}
      </span>
    </>
  );
}

function From({ session }: Row) {
  const words = useWords(SESSIONS_WORDS);
  const { deviceType, browserName, utmSource, utmCampaign, referrerHost, botReason } = session;
  const source = utmSource === "direct" ? referrerHost : utmSource;
  return (
    <>
      {words.devices[deviceType] ?? deviceType}, {browserName}
      <span className={styles["second"]}>
        {[source, utmCampaign].filter(Boolean).join(" / ")}{" "}
        {botReason && (
          <span title={botReason}>
            <Tag>{words.bot}</Tag>
          </span>
        )}
      </span>
    </>
  );
}

function Outcome({ session: { conversionStatus, verifiedAt } }: Row) {
  const words = useWords(SESSIONS_WORDS);
  const status = conversionStatus as SessionStatus;
  return (
    <>
      {status === "ongoing" ? (
        <Tag>{words.statuses[status]}</Tag>
      ) : (
        <Status state={SIGNS[status]}>{words.statuses[status]}</Status>
      )}
      {verifiedAt && <span className={styles["second"]}>{words.verified}</span>}
    </>
  );
}
