import { useLayoutEffect, useRef } from "react";
import styles from "./tip.module.css";

export interface Told {
  title: string;
  rows: readonly (readonly [label: string, value: string])[];
}

interface TipProps extends Told {
  /** Shares of the plot's width and height. */
  at: number;
  top: number;
}

const APART_PX = 12;

/** Date first, values at the right; beside its point and always inside the plot. */
export function Tip({ title, rows, at, top }: TipProps) {
  const element = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const tip = element.current;
    const plot = tip?.offsetParent;
    if (!tip || !(plot instanceof HTMLElement)) return;
    const { clientWidth: width, clientHeight: height } = plot;
    const x = at * width;
    const after = x + APART_PX;
    const left = after + tip.offsetWidth <= width ? after : x - APART_PX - tip.offsetWidth;
    const most = Math.max(0, width - tip.offsetWidth);
    tip.style.left = `${Math.min(Math.max(left, 0), most)}px`;
    tip.style.top = `${Math.max(0, Math.min(top * height, height - tip.offsetHeight))}px`;
  });
  return (
    <div ref={element} className={styles["tip"]} data-tip>
      <strong>{title}</strong>
      <dl>
        {rows.map(([label, value]) => (
          <div key={label}>
            <dt>{label}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </div>
  );
}
