import { PAGES } from "../pages";
import { ViewLink } from "../view/view-link";
import { useWords } from "../words/language";
import { PageHeading } from "./page-heading";
import styles from "./page.module.css";
import { FRAME_WORDS } from "./words";

export function NotFound() {
  const words = useWords(FRAME_WORDS);
  return (
    <div className={styles["page"]}>
      <PageHeading
        question={words.notFound}
        answer={<ViewLink to={PAGES[0]!.path}>{words.notFoundNext}</ViewLink>}
      />
    </div>
  );
}
