import { Component, type ReactNode } from "react";
import { Button } from "../parts/button";
import { useWords } from "../words/language";
import styles from "./frame.module.css";
import { FRAME_WORDS } from "./words";

interface FailingProps {
  children: ReactNode;
}

/** A page that cannot be drawn says so; the rail stays. */
export class Failing extends Component<FailingProps, { hasFailed: boolean }> {
  override state = { hasFailed: false };

  static getDerivedStateFromError(): { hasFailed: boolean } {
    return { hasFailed: true };
  }

  override render(): ReactNode {
    return this.state.hasFailed ? <Failed /> : this.props.children;
  }
}

function Failed() {
  const words = useWords(FRAME_WORDS);
  return (
    <div className={styles["failed"]} role="alert">
      <h1>{words.failed}</h1>
      <p>{words.failedWhy}</p>
      <Button onClick={() => location.reload()}>{words.reload}</Button>
    </div>
  );
}
