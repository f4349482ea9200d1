import { useEffect, useMemo, useRef } from "react";
import "../../../demo/src/styles/house.css";
import { House } from "../../../demo/src/house";
import { choicesOf, isHouse, type Configuration, type PriceList } from "./configuration";
import styles from "./house-drawing.module.css";
import { usePartsWords } from "./words";

const LARGEST = 8;

interface HouseDrawingProps {
  configuration: Configuration;
  list: PriceList;
  /** What is drawn, in words. */
  name: string;
  /** Modules of the largest house there will be, so that the drawing does not jump. */
  room?: number;
}

/** The demo's house as it was configured at a moment; only what changes moves. */
export function HouseDrawing({ configuration, list, name, room = LARGEST }: HouseDrawingProps) {
  const words = usePartsWords();
  const frame = useRef<HTMLDivElement>(null);
  const isDrawn = isHouse(list);
  const house = useMemo(
    () => (isDrawn ? new House(list, { drawing: words.drawing, measures: () => "" }) : undefined),
    [list, isDrawn, words],
  );
  useEffect(() => {
    if (house) frame.current?.replaceChildren(house.element);
  }, [house]);
  useEffect(() => {
    house?.show(choicesOf(configuration, list), name);
    house?.element.setAttribute("viewBox", viewOf(room));
    // The drawing has its modules from the last to the first.
    [...(house?.element.querySelectorAll(".mod") ?? [])]
      .toReversed()
      .forEach((module, k) => module.classList.toggle("absent", k >= room));
  }, [house, configuration, list, name, room]);
  return isDrawn ? <div ref={frame} className={styles["drawing"]} /> : null;
}

/** From the front corner to the ridge of the last module. */
function viewOf(room: number): string {
  const [width, height] = [4.9 + 2.3215 * room + 1.9, 3.1 + 4.88 + 0.9187 * room + 2.2];
  return `-4.9 ${(1.7 - height).toFixed(1)} ${width.toFixed(1)} ${height.toFixed(1)}`;
}
