import { Suspense, useEffect, useState } from "react";
import { Outlet, useLocation } from "react-router";
import { useWords } from "../words/language";
import { Alarm } from "./alarm";
import { Failing } from "./failing";
import styles from "./frame.module.css";
import { Rail } from "./rail";
import { Shortcuts } from "./shortcuts";
import { FRAME_WORDS } from "./words";

/** The rail, and beside it one page. */
export function Frame() {
  const words = useWords(FRAME_WORDS);
  const { pathname } = useLocation();
  const [isHelpOpen, openHelp] = useState(false);
  useEffect(() => {
    window.scrollTo(0, 0);
  }, [pathname]);
  return (
    <>
      <a className={styles["skip"]} href="#content">
        {words.skip}
      </a>
      <div className={styles["frame"]}>
        <Rail onKeys={() => openHelp(true)} />
        <main className={styles["main"]} id="content" tabIndex={-1}>
          <Alarm />
          <Failing key={pathname}>
            <Suspense fallback={<div className={styles["waiting"]} aria-busy="true" />}>
              <Outlet />
            </Suspense>
          </Failing>
        </main>
      </div>
      <Shortcuts isOpen={isHelpOpen} onOpen={openHelp} />
    </>
  );
}
