import type { Dictionary } from "../../words/language";

// A finding's sentence is told in the language of the page, with the figures of the answer.
const en = {
  findings: "What stands out",
  findingsNote: "Only what the data can tell",
  findingsWhat: "The findings",
  findingsEmpty: "Nothing differs so much that it could not be chance.",
  findingsFoot: "No finding is shown where the interval includes zero.",
  findingText: (effect: string, low: string, high: string, sessions: string) =>
    `${effect}, 95% interval ${low} to ${high} · ${sessions} sessions`,
  onDevice: {
    desktop: "desktops",
    tablet: "tablets",
    mobile: "phones",
    unknown: "unknown devices",
  } as Record<string, string>,
  told: {
    conversion_change: (isMore: boolean, figure: string, against: string) =>
      `Sessions order ${isMore ? "more" : "less"} often than in the period before: ${figure} against ${against}.`,
    conversion_by_device: (isMore: boolean, figure: string, against: string, device: string) =>
      `Sessions on ${device} order ${isMore ? "more" : "less"} often than the others: ${figure} against ${against}.`,
    conversion_by_option: (
      isMore: boolean,
      figure: string,
      against: string,
      option: string,
      category: string,
    ) =>
      `Sessions that end with ${option} (${category}) order ${isMore ? "more" : "less"} often than the others: ${figure} against ${against}.`,
    decision_time: (isMore: boolean, figure: string, against: string, category: string) =>
      `Those who order think ${isMore ? "longer" : "less long"} about ${category}: ${figure} against ${against}, in the median.`,
  },
  showAll: (count: string) => `Show all ${count}`,
  showFewer: "Show fewer",
};

type FindingWords = typeof en;

const de: FindingWords = {
  findings: "Was auffällt",
  findingsNote: "Nur was die Daten hergeben",
  findingsWhat: "Die Auffälligkeiten",
  findingsEmpty: "Nichts unterscheidet sich so sehr, dass es kein Zufall sein kann.",
  findingsFoot: "Wo das Intervall die Null einschließt, steht nichts.",
  findingText: (effect, low, high, sessions) =>
    `${effect}, 95-%-Intervall ${low} bis ${high} · ${sessions} Sitzungen`,
  onDevice: {
    desktop: "Computern",
    tablet: "Tablets",
    mobile: "Handys",
    unknown: "unbekannten Geräten",
  },
  told: {
    conversion_change: (isMore, figure, against) =>
      `Es wird ${isMore ? "öfter" : "seltener"} bestellt als im Zeitraum davor: ${figure} gegenüber ${against}.`,
    conversion_by_device: (isMore, figure, against, device) =>
      `Auf ${device} wird ${isMore ? "öfter" : "seltener"} bestellt als sonst: ${figure} gegenüber ${against}.`,
    conversion_by_option: (isMore, figure, against, option, category) =>
      `Mit ${option} (${category}) am Ende wird ${isMore ? "öfter" : "seltener"} bestellt als mit anderem: ${figure} gegenüber ${against}.`,
    decision_time: (isMore, figure, against, category) =>
      `Wer bestellt, überlegt ${isMore ? "länger" : "kürzer"} bei ${category}: ${figure} gegenüber ${against}, im Median.`,
  },
  showAll: (count) => `Alle ${count} zeigen`,
  showFewer: "Weniger zeigen",
};

export const FINDING_WORDS: Dictionary<FindingWords> = { de, en };
