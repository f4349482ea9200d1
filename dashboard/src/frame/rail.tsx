import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { NavLink, useLocation } from "react-router";
import { change } from "../api/client";
import { ME, setMe, useMe } from "../api/me";
import { usePriceList } from "../api/price-list";
import { PAGES, type PageEntry } from "../pages";
import { Button } from "../parts/button";
import { Segmented } from "../parts/segmented";
import { useViewAddress } from "../view/view-link";
import { useLanguage, useWords } from "../words/language";
import { LanguageChoice } from "./language-choice";
import styles from "./rail.module.css";
import { THEMES, useTheme } from "./theme";
import { FRAME_WORDS } from "./words";

const ICON = {
  fill: "none",
  stroke: "currentColor",
  strokeWidth: 1.5,
  strokeLinecap: "round",
  strokeLinejoin: "round",
} as const;

/** At the left; on narrow screens a bar at the top with a menu. */
export function Rail({ onKeys }: { onKeys: () => void }) {
  const words = useWords(FRAME_WORDS);
  const { pathname } = useLocation();
  const menu = useRef<HTMLDetailsElement>(null);
  useEffect(() => {
    if (menu.current) menu.current.open = false;
  }, [pathname]);
  return (
    <header className={styles["rail"]}>
      <Brand />
      <details className={styles["menu"]} ref={menu}>
        <summary>
          <svg viewBox="0 0 16 16" aria-hidden="true" {...ICON}>
            <path d="M2.5 4.5h11M2.5 8h11M2.5 11.5h11" />
          </svg>
          {words.menu}
        </summary>
        <Navigation label={words.menu} />
        <Foot onKeys={onKeys} />
      </details>
      <div className={styles["desk"]}>
        <Navigation label={words.main} />
        <Foot onKeys={onKeys} />
      </div>
    </header>
  );
}

export function Brand() {
  const address = useViewAddress();
  return (
    <NavLink className={styles["brand"]!} to={address(PAGES[0]!.path)}>
      <svg viewBox="0 0 30 22" aria-hidden="true" {...ICON}>
        <path d="M1.5 20V11L7 4l5.5 7v9z" />
        <path d="M7 4 23 1.5l5.5 7V16l-16 4M12.5 11l16-2.5" />
        <path d="M17.8 10.2V19M23.2 9.4v8.2" stroke="var(--chart-main)" />
      </svg>
      nesthaus
    </NavLink>
  );
}

function Navigation({ label }: { label: string }) {
  const words = useWords(FRAME_WORDS);
  return (
    <nav aria-label={label} className={styles["nav"]}>
      {(["product", "system"] as const).map((group) => (
        <div key={group}>
          <h2>{words[group]}</h2>
          <ul>
            {PAGES.filter((page) => page.group === group).map((page) => (
              <Item key={page.path} page={page} />
            ))}
          </ul>
        </div>
      ))}
    </nav>
  );
}

function Item({ page: { path, name, icon } }: { page: PageEntry }) {
  const { language } = useLanguage();
  const address = useViewAddress();
  return (
    <li>
      <NavLink to={address(path)}>
        <svg viewBox="0 0 16 16" aria-hidden="true" {...ICON}>
          <path d={icon} />
        </svg>
        {name[language]}
      </NavLink>
    </li>
  );
}

function Foot({ onKeys }: { onKeys: () => void }) {
  const words = useWords(FRAME_WORDS);
  const [theme, setTheme] = useTheme();
  const { data: list } = usePriceList();
  const themes = THEMES.map((value) => ({ value, label: words[value] }));
  return (
    <div className={styles["foot"]}>
      {list && <b>{words.priceList(list.version)}</b>}
      <Account />
      <Segmented small label={words.theme} options={themes} value={theme} onChange={setTheme} />
      <LanguageChoice />
      <Button small look="quiet" onClick={onKeys}>
        {words.keys}
      </Button>
    </div>
  );
}

function Account() {
  const words = useWords(FRAME_WORDS);
  const { data: me } = useMe();
  const client = useQueryClient();
  const logOut = useMutation({
    mutationFn: () => change("POST", "/api/admin/logout", me?.csrfToken ?? null),
    // Whatever has been asked for was for this account.
    onSuccess: () => {
      setMe(client, null);
      client.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== ME[0] });
    },
  });
  if (!me) return null;
  return (
    <div className={styles["account"]}>
      <div>
        <b title={me.name}>{me.name}</b>
        {me.role === "admin" ? words.admin : words.viewer}
      </div>
      <Button small look="quiet" disabled={logOut.isPending} onClick={() => logOut.mutate()}>
        {words.logOut}
      </Button>
    </div>
  );
}
