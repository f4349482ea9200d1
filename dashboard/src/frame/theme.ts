import { useEffect, useState } from "react";
import { remember, remembered } from "../view/remembered";

export const THEMES = ["auto", "light", "dark"] as const;
export type Theme = (typeof THEMES)[number];

const kept = (): Theme => THEMES.find((each) => each === remembered("theme")) ?? "auto";

/** Before anything is drawn, so that nothing changes its colours afterwards. */
export const showTheme = (theme: Theme = kept()): void => {
  const { dataset } = document.documentElement;
  if (theme === "auto") delete dataset["theme"];
  else dataset["theme"] = theme;
};

export function useTheme(): [Theme, (theme: Theme) => void] {
  const [theme, setTheme] = useState<Theme>(kept);
  useEffect(() => showTheme(theme), [theme]);
  const choose = (next: Theme): void => {
    remember("theme", next);
    setTheme(next);
  };
  return [theme, choose];
}
