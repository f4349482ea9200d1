import type { Schemas } from "../../api/types";
import { useFormats } from "../../words/formats";
import { useWords } from "../../words/language";
import { ALERT_WORDS } from "./alert-words";

export type Alert = Schemas["Alert"];

const HUNDRED = 100;

export function useAlertWords() {
  const words = useWords(ALERT_WORDS);
  const { decimal, number, shortDateTime } = useFormats();
  const names: Record<string, string | undefined> = words.names;
  const written = (value: number | null, unit: string): string => {
    const isWhole = value === null || Number.isInteger(value) || Math.abs(value) >= HUNDRED;
    const digits = isWhole ? number(value) : decimal(value, 2);
    return value !== null && unit ? `${digits}\u00a0${unit}` : digits;
  };
  return {
    ...words,
    nameOf: ({ id }: Alert): string => names[id] ?? id,
    written,
    thresholdOf: ({ side, threshold, unit }: Alert): string =>
      (side === "below" ? words.below : words.above)(written(threshold, unit)),
    moment: shortDateTime,
  };
}
