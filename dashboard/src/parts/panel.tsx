import { useId, type CSSProperties, type ReactNode } from "react";
import { useDelayed } from "./delay";
import { spanClass, type Span } from "./grid";
import { Empty, failureOf, Locked, Problem, Skeleton, type Shape } from "./panel-states";
import styles from "./panel.module.css";

/** What a panel needs of a query's result. */
export interface Answer<T> {
  data: T | undefined;
  error: unknown;
  isFetching: boolean;
  isPlaceholderData?: boolean;
  refetch: () => unknown;
}

type Part<T> = ReactNode | ((data: T) => ReactNode);

interface Heading<T> {
  title: ReactNode;
  /** A few words beside the title. */
  note?: Part<T>;
  /** A key or an action, at the right. */
  action?: Part<T>;
  /** Small print at the bottom. */
  foot?: Part<T>;
  span?: Span;
  pairs?: boolean;
  id?: string;
  /** Pixels the content keeps free in every state. */
  height?: number;
}

export interface Answered<T> extends Heading<T> {
  answer: Answer<T>;
  shape?: Shape;
  /** What did not load, as the subject of a sentence: "The audit log". */
  what: string;
  isEmpty?: (data: T) => boolean;
  empty?: ReactNode;
  /** What only some may see is said in these words. */
  locked?: ReactNode;
  /** Asked again every few seconds: nothing dims meanwhile. */
  quiet?: boolean;
  children: (data: T) => ReactNode;
}

interface Plain extends Heading<undefined> {
  answer?: undefined;
  children: ReactNode;
}

/** A labelled section that keeps its height while loading, empty, failed or refused. */
export function Panel<T>(props: Answered<T> | Plain) {
  const heading = useId();
  const { title, span, pairs, id, height } = props;
  const data = props.answer?.data;
  const part = (given: Part<T> | Part<undefined>): ReactNode => {
    if (typeof given !== "function") return given;
    return data === undefined ? undefined : (given as (data: T) => ReactNode)(data);
  };
  const [note, action, foot] = [part(props.note), part(props.action), part(props.foot)];
  return (
    <section
      id={id}
      className={`${styles["panel"]} ${spanClass(span, pairs)}`}
      aria-labelledby={heading}
    >
      <div className={styles["head"]}>
        <h2 id={heading}>{title}</h2>
        {note && <span className={styles["note"]}>{note}</span>}
        {action && <div className={styles["action"]}>{action}</div>}
      </div>
      <div className={styles["body"]} style={height ? bodyOf(height) : undefined}>
        {props.answer ? <Content {...(props as Answered<T>)} /> : (props.children as ReactNode)}
      </div>
      {foot && <div className={styles["foot"]}>{foot}</div>}
    </section>
  );
}

const bodyOf = (height: number): CSSProperties => ({ minHeight: `${height}px` });

function Content<T>(props: Answered<T>) {
  const { answer, shape = "rows", what, quiet = false, children } = props;
  const { data, error } = answer;
  const isOld = useDelayed(data !== undefined && isAskingAgain(answer, quiet));
  if (data !== undefined && (!error || quiet)) {
    if (props.isEmpty?.(data)) return props.empty ?? <Empty />;
    return (
      <div
        className={isOld ? `${styles["shown"]} ${styles["old"]}` : styles["shown"]}
        aria-busy={isOld}
      >
        {children(data)}
      </div>
    );
  }
  if (!error) return <Skeleton shape={shape} />;
  if (failureOf(error).status === 403) return <Locked>{props.locked}</Locked>;
  return <Problem what={what} error={error} onRetry={() => void answer.refetch()} />;
}

const isAskingAgain = (answer: Answer<unknown>, quiet: boolean): boolean =>
  answer.isPlaceholderData === true || (answer.isFetching && !quiet);
