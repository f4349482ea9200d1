import type { Dictionary } from "../../words/language";

type Result = readonly [form: RegExp, told: (...figures: string[]) => string];

const COUNTED =
  /^([\d,]+) sessions closed, ([\d,]+) hours counted, ([\d,]+) figures changed$/;
const MADE = /^([\d,]+) partitions made$/;
const VERIFIED = /^([\d,]+) days counted again, ([\d,]+) figures differed$/;
const ADDED = /^([\d,]+) weeks added up$/;
const BACKED_UP = /^(\S+): ([\d,]+) rows, ([\d,]+) older ones dropped$/;
const LOOKED = /^([\d,]+) rules looked at, ([\d,]+) changed$/;
const TOLD = /^([\d,]+) notices told$/;
const COMPACTED = /^([\d,]+) tables and the logs written anew$/;
const REWRITTEN = /^the append-only file written anew$/;
const RUNS = /^(\S+) runs$/;

/** What jobs say of their last run, in the server's words, and how it is told. */
const RESULTS: Dictionary<readonly Result[]> = {
  en: [],
  de: [
    [
      COUNTED,
      (closed, hours, changed) =>
        `${closed} Sitzungen beendet, ${hours} Stunden gezählt, ${changed} Zahlen geändert`,
    ],
    [MADE, (made) => `${made} Partitionen angelegt`],
    [VERIFIED, (days, wrong) => `${days} Tage nachgezählt, ${wrong} Zahlen wichen ab`],
    [ADDED, (weeks) => `${weeks} Wochen zusammengezählt`],
    [
      BACKED_UP,
      (name, rows, dropped) => `${name}: ${rows} Zeilen, ${dropped} ältere gelöscht`,
    ],
    [LOOKED, (looked, changed) => `${looked} Regeln geprüft, ${changed} geändert`],
    [TOLD, (told) => `${told} Meldungen gesendet`],
    [COMPACTED, (tables) => `${tables} Tabellen und die Protokolle neu geschrieben`],
    [REWRITTEN, () => "Append-only-Datei neu geschrieben"],
    [RUNS, (version) => `${version} läuft`],
  ],
};

/** Nothing where the language has no words for it: then the server's own are shown. */
export function resultIn(language: "de" | "en", result: string): string | undefined {
  for (const [form, told] of RESULTS[language]) {
    const found = form.exec(result);
    if (found) return told(...found.slice(1).map((figure) => figure.replaceAll(",", ".")));
  }
  return undefined;
}
