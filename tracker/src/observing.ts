import { quietly } from "./quiet";

/** One measured value: its name, value, time on the page's clock, details and unit. */
export type Note = (
  name: string,
  value: number,
  time: number,
  details: Record<string, unknown>,
  unit?: string,
) => void;

/** All entries of a kind, past ones too; calls nobody where the browser does not know the kind. */
export function observe<Entry extends PerformanceEntry>(
  type: string,
  seen: (entry: Entry) => void,
  durationThreshold?: number,
): () => void {
  const each = (entries: PerformanceEntryList): void =>
    entries.forEach((entry) => quietly(() => seen(entry as Entry)));
  return (
    quietly(() => {
      const observer = new PerformanceObserver((list) => each(list.getEntries()));
      observer.observe({ type, buffered: true, ...(durationThreshold && { durationThreshold }) });
      return () => each(observer.takeRecords());
    }) ?? (() => {})
  );
}

const PERSONAL = /^(\d+|[\da-f-]{12,})(\.\w+)?$|@|%40/i;

/** Path, with the host before it where that is another, without what may tell of a person. */
export function place({ host, pathname }: { host: string; pathname: string }): string {
  const path = pathname.split("/").map((part) => (PERSONAL.test(part) ? ":id" : part));
  return ((host === location.host ? "" : host) + path.join("/")).slice(0, 255);
}
