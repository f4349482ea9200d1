import { useAnswer } from "../api/queries";
import { LinkButton } from "../parts/button";
import { Status } from "../parts/status";
import { useWords } from "../words/language";
import styles from "./alarm.module.css";
import { FRAME_WORDS } from "./words";

const EVERY_MS = 15_000;

/** On every page, as long as an alert fires that nobody has silenced. */
export function Alarm() {
  const words = useWords(FRAME_WORDS);
  const { data } = useAnswer("/api/admin/alerts", {}, { everyMs: EVERY_MS });
  const now = new Date();
  const firing = data?.items.filter(
    ({ state, enabled, silencedUntil }) =>
      state === "firing" && enabled && !(silencedUntil && new Date(silencedUntil) > now),
  );
  return (
    <div role="status" className={firing?.length ? styles["alarm"] : undefined}>
      {firing && firing.length > 0 && (
        <>
          <Status state="bad">{words.firing(firing.length)}</Status>
          <LinkButton small look="quiet" to="/operations">
            {words.seeAlerts}
          </LinkButton>
        </>
      )}
    </div>
  );
}
