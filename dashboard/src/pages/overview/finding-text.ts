import { usePriceList } from "../../api/price-list";
import type { Schemas } from "../../api/types";
import { nameOf } from "../../parts/configuration";
import { useFormats } from "../../words/formats";
import { useLanguage, useWords } from "../../words/language";
import { OVERVIEW_WORDS } from "./words";

type Finding = Schemas["Finding"];

/** A finding's sentence in the language of the page, and what it rests on. */
export function useFindingText(): (finding: Finding) => { sentence: string; text: string } {
  const words = useWords(OVERVIEW_WORDS);
  const { number } = useFormats();
  const write = useEffects();
  const sentence = useSentence();
  return (finding) => {
    const { effect, bare } = write(finding.kind);
    const { low, high, sessions } = finding;
    return {
      sentence: sentence(finding),
      text: words.findingText(effect(finding.effect), bare(low), bare(high), number(sessions)),
    };
  };
}

/** How the differences of a kind are written, and how without their unit. */
function useEffects() {
  const { points, milliseconds } = useFormats();
  const time = (ms: number): string => (ms < 0 ? "−" : "+") + milliseconds(Math.abs(ms));
  return (kind: string) =>
    kind === "decision_time"
      ? { effect: time, bare: time }
      : { effect: points, bare: (value: number) => points(value).split("\u00a0")[0] ?? "" };
}

function useSentence(): (finding: Finding) => string {
  const words = useWords(OVERVIEW_WORDS);
  const { share, milliseconds } = useFormats();
  const { language } = useLanguage();
  const { data: list } = usePriceList();
  return ({ kind, category: id, value, figure, against, effect, sentence }) => {
    const isMore = effect > 0;
    const rates = [share(figure), share(against)] as const;
    const category = list?.categories.find((each) => each.id === id);
    const option = category?.options.find((each) => each.id === value);
    const named = category ? nameOf(category, language) : (id ?? "");
    switch (kind) {
      case "conversion_change":
        return words.told.conversion_change(isMore, ...rates);
      case "conversion_by_device":
        return words.told.conversion_by_device(
          isMore,
          ...rates,
          words.onDevice[value ?? ""] ?? value ?? "",
        );
      case "conversion_by_option": {
        const chosen = option ? nameOf(option, language) : (value ?? "");
        return words.told.conversion_by_option(isMore, ...rates, chosen, named);
      }
      case "decision_time":
        return words.told.decision_time(isMore, milliseconds(figure), milliseconds(against), named);
      default:
        return sentence;
    }
  };
}
