import { Segmented } from "../parts/segmented";
import { useLanguage, useWords, type Language } from "../words/language";
import { FRAME_WORDS } from "./words";

const CHOICES: readonly { value: Language; label: string }[] = [
  { value: "de", label: "Deutsch" },
  { value: "en", label: "English" },
];

export function LanguageChoice() {
  const words = useWords(FRAME_WORDS);
  const { language, setLanguage } = useLanguage();
  return (
    <Segmented
      small
      label={words.language}
      options={CHOICES}
      value={language}
      onChange={setLanguage}
    />
  );
}
