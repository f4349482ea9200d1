import { createContext, useContext, useEffect, useMemo, useState, type ReactNode } from "react";
import { remembered, remember } from "../view/remembered";

export const LANGUAGES = ["de", "en"] as const;
export type Language = (typeof LANGUAGES)[number];
/** The same words in every language. */
export type Dictionary<Words> = Record<Language, Words>;

interface Chosen {
  language: Language;
  setLanguage: (language: Language) => void;
}

const Context = createContext<Chosen>({ language: "en", setLanguage: () => {} });

/** The language chosen here before, else that of the browser. */
export function LanguageProvider({ children }: { children: ReactNode }) {
  const [language, setLanguage] = useState<Language>(firstLanguage);
  useEffect(() => {
    document.documentElement.lang = language;
  }, [language]);
  const chosen = useMemo(
    () => ({
      language,
      setLanguage: (next: Language) => {
        remember("language", next);
        setLanguage(next);
      },
    }),
    [language],
  );
  return <Context.Provider value={chosen}>{children}</Context.Provider>;
}

export const useLanguage = (): Chosen => useContext(Context);

export function useWords<Words>(dictionary: Dictionary<Words>): Words {
  return dictionary[useLanguage().language];
}

function firstLanguage(): Language {
  const kept = remembered("language");
  return kept === "de" || kept === "en"
    ? kept
    : navigator.language.toLowerCase().startsWith("de")
      ? "de"
      : "en";
}
