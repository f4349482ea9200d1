import { useState } from "react";
import { useNavigate } from "react-router";
import { PAGES } from "../pages";
import { Dialog } from "../parts/dialog";
import { Switch } from "../parts/switch";
import { useViewAddress } from "../view/view-link";
import { remember, remembered } from "../view/remembered";
import { useLanguage, useWords } from "../words/language";
import { useKeys } from "./keys";
import styles from "./shortcuts.module.css";
import { FRAME_WORDS } from "./words";

const OFF = "off";

interface ShortcutsProps {
  isOpen: boolean;
  onOpen: (isOpen: boolean) => void;
}

/** Keys for those who like them, and the list of them. They can be switched off. */
export function Shortcuts({ isOpen, onOpen }: ShortcutsProps) {
  const words = useWords(FRAME_WORDS);
  const { language } = useLanguage();
  const navigate = useNavigate();
  const address = useViewAddress();
  const [isOn, setOn] = useState(() => remembered("keys") !== OFF);
  useKeys(isOn, (key, before) => {
    const page = before === "g" ? PAGES.find(({ letter }) => letter === key) : undefined;
    if (page) void navigate(address(page.path));
    else if (key === "?") onOpen(true);
    else if (key === "/") return openFilter();
    else return false;
    return true;
  });
  const switchTo = (next: boolean): void => {
    remember("keys", next ? "on" : OFF);
    setOn(next);
  };
  return (
    <Dialog open={isOpen} onClose={() => onOpen(false)} title={words.keys}>
      <Switch label={words.keysOn} checked={isOn} onChange={switchTo} />
      <dl className={styles["keys"]}>
        <Key keys="/" does={words.keyFilter} />
        <Key keys="?" does={words.keyHelp} />
        {PAGES.map(({ letter, name }) => (
          <Key key={letter} keys={`g ${letter}`} does={words.keyGo(name[language])} />
        ))}
      </dl>
      <p className={styles["note"]}>{words.keyFields}</p>
    </Dialog>
  );
}

const Key = ({ keys, does }: { keys: string; does: string }) => (
  <div>
    <dt>
      {keys.split(" ").map((key) => (
        <kbd key={key}>{key}</kbd>
      ))}
    </dt>
    <dd>{does}</dd>
  </div>
);

function openFilter(): boolean {
  const button = document.querySelector<HTMLElement>("[data-filter] button");
  button?.click();
  return button !== null;
}
