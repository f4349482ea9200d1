import styles from "./icon.module.css";

const PATHS = {
  arrow: "M2.5 8h11M9.5 4l4 4-4 4",
  calendar: "M2.5 3.5h11v10h-11zM2.5 6.5h11M5.5 2v3M10.5 2v3",
  check: "M3 8.5 6.5 12 13 4.5",
  close: "M4.5 4.5l7 7M11.5 4.5l-7 7",
  copy: "M5.5 5.5v-3h8v8h-3M2.500 5.500h8v8h-8z",
  down: "M3.5 6 8 10.5 12.5 6",
  download: "M8 2.5v8M4.5 7.5 8 11l3.5-3.5M2.5 13.5h11",
  link: "M6.5 9.5 9.5 6.5M7 4.5l1.3-1.3a3 3 0 0 1 4.5 4.4L11.5 9M9 11.5l-1.3 1.3a3 3 0 0 1-4.5-4.4L4.5 7",
  lock: "M4 7.5h8v6H4zM5.5 7.5V5a2.5 2.5 0 0 1 5 0v2.5",
  next: "M5.5 3.5 10 8l-4.5 4.5M12.5 3.5v9",
  pause: "M5.500 3v10M10.500 3v10",
  play: "M5 3l8 5-8 5z",
  plus: "M8 3v10M3 8h10",
  previous: "M10.5 3.5 6 8l4.5 4.5M3.5 3.5v9",
  replay: "M3 6.5h6.5a3.5 3.5 0 0 1 0 7H6M5.5 3.5l-3 3 3 3",
  right: "M6 3.5 10.5 8 6 12.5",
  search: "M7 2.500a4.500 4.500 0 1 1 0 9 4.500 4.500 0 0 1 0-9M10.300 10.300l3.200 3.200",
  sort: "M5 6.5 8 3.500l3 3M5 9.500l3 3 3-3",
  table: "M2.5 3.5h11v9h-11zM2.5 6.5h11M6.5 6.500v6",
  up: "M3.5 10.5 8 6l4.500 4.5",
} as const;

export type IconName = keyof typeof PATHS;

/** A sign of 16 px. It says nothing by itself: its words stand beside it or in a label. */
export function Icon({ name }: { name: IconName }) {
  return (
    <svg className={styles["icon"]} viewBox="0 0 16 16" aria-hidden="true">
      <path d={PATHS[name]} />
    </svg>
  );
}
