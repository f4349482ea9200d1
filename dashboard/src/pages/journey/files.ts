import { csvOf, saveFile } from "../../parts/csv";
import type { Download } from "../../frame/instruments";
import { useWords } from "../../words/language";
import type { Journey } from "./story";
import { JOURNEY_WORDS } from "./words";

/** Everything the answer told of a session, as files; none until it is there. */
export function useJourneyFiles(journey: Journey | undefined): Download[] {
  const words = useWords(JOURNEY_WORDS);
  if (!journey) return [];
  const { session, timeline, interactions, snapshots } = journey;
  const save = (name: string, rows: readonly object[]) => () =>
    saveFile(`${name}-${safe(session.sessionId)}.csv`, rowsAsCsv(name, rows));
  return [
    {
      label: `${words.whole} (JSON)`,
      save: () =>
        saveFile(
          `journey-${safe(session.sessionId)}.json`,
          JSON.stringify(journey, null, 2),
          "application/json",
        ),
    },
    {
      label: `${words.everythingKept} (JSON)`,
      href: `/api/admin/sessions/${encodeURIComponent(session.sessionId)}/data`,
    },
    { label: `${words.allSteps} (CSV)`, save: save("steps", timeline) },
    { label: `${words.interactions} (CSV)`, save: save("interactions", interactions) },
    { label: `${words.snapshots} (CSV)`, save: save("snapshots", snapshots) },
  ];
}

const safe = (sessionId: string): string => sessionId.replace(/[^\w.-]/g, "_").slice(0, 100);

/** The fields as the API names them, as columns. */
function rowsAsCsv(caption: string, rows: readonly object[]): string {
  const table = rows.map((row) => new Map<string, unknown>(Object.entries(row)));
  const columns = [...(table[0]?.keys() ?? [])].map((id) => ({
    id,
    label: id,
    cell: () => null,
    text: (row: Map<string, unknown>) => asText(row.get(id)),
  }));
  return csvOf({ caption, columns, rows: table, rowKey: String });
}

function asText(value: unknown): string | number | null {
  if (value === null || value === undefined) return null;
  if (typeof value === "number" || typeof value === "string") return value;
  return JSON.stringify(value);
}
