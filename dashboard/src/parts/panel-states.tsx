import { createContext, useContext, type ReactNode } from "react";
import { Button } from "./button";
import { useDelayed } from "./delay";
import { HouseGlyph } from "./house-glyph";
import { Icon } from "./icon";
import { THRESHOLD } from "./rate";
import styles from "./panel-states.module.css";
import { usePartsWords } from "./words";

export type Shape = "chart" | "rows" | "table" | "text";

/** Grey where the content will be; nothing at all for what loads at once. */
export function Skeleton({ shape = "rows" }: { shape?: Shape }) {
  const words = usePartsWords();
  const isLong = useDelayed(true);
  const lines = { chart: 1, rows: 5, table: 7, text: 3 }[shape];
  return (
    <div className={`${styles["skeleton"]} ${styles[shape]}`} aria-busy="true">
      <span className={styles["unseen"]} role="status">
        {isLong ? words.loading : ""}
      </span>
      {isLong && Array.from({ length: lines }, (_, line) => <i key={line} />)}
    </div>
  );
}

interface EmptyProps {
  children?: ReactNode;
  /** What to do next: a button, a link or a sentence. */
  next?: ReactNode;
}

export function Empty({ children, next }: EmptyProps) {
  const words = usePartsWords();
  return (
    <div className={styles["empty"]}>
      <HouseGlyph modules={4} ghost />
      <div>
        <p>
          <b>{children ?? words.empty}</b>
        </p>
        {next && <div className={styles["next"]}>{next}</div>}
      </div>
    </div>
  );
}

/** Below the threshold no rate is told. */
export function TooFew({ sessions, threshold = THRESHOLD }: { sessions: number; threshold?: number }) {
  const words = usePartsWords();
  return <p className={styles["few"]}>{words.tooFew(sessions, threshold)}</p>;
}

/** What an answer that failed tells, whoever made the error. */
export function failureOf(error: unknown): {
  status?: number;
  requestId?: string;
  detail?: string;
} {
  if (typeof error !== "object" || error === null) return {};
  const { status, requestId, detail } = error as Record<string, unknown>;
  return {
    ...(typeof status === "number" && { status }),
    ...(typeof requestId === "string" && requestId && { requestId }),
    ...(typeof detail === "string" && detail && { detail }),
  };
}

interface ProblemProps {
  /** What did not load, as the subject of a sentence … */
  what?: string;
  /** … or what else did not happen, as a sentence. */
  sentence?: string;
  error: unknown;
  onRetry?: () => void;
}

export function Problem({ what, sentence, error, onRetry }: ProblemProps) {
  const words = usePartsWords();
  const { requestId, detail } = failureOf(error);
  return (
    <div className={styles["problem"]} role="alert">
      <p>
        <b>{sentence ?? words.notLoaded(what ?? "")}</b> {sentence ? detail : words.othersFine}
      </p>
      {onRetry && (
        <Button small onClick={onRetry}>
          {words.again}
        </Button>
      )}
      {requestId && <code>{words.request(requestId)}</code>}
    </div>
  );
}

/** Who can give the role, where the frame knows it. */
export const AdminsContext = createContext<readonly string[]>([]);

export function Locked({ children }: { children?: ReactNode }) {
  const words = usePartsWords();
  const admins = useContext(AdminsContext);
  return (
    <div className={styles["locked"]}>
      <Icon name="lock" />
      <p>
        <b>{children ?? words.locked}</b> {words.askAdmin(admins)}
      </p>
    </div>
  );
}
