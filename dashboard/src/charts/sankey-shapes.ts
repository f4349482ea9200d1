import { FADE, THICKNESS, type PlacedLink, type PlacedNode } from "./sankey-layout";

export type Turn = "right" | "down";

/** A place in the drawing: the way leads to the right, or down. */
const point = (along: number, across: number, turn: Turn): string => {
  const [x, y] = turn === "right" ? [along, across] : [across, along];
  return `${x.toFixed(4)} ${y.toFixed(4)}`;
};

export function nodePath({ along, across, size }: PlacedNode, turn: Turn): string {
  const corners = [
    [along, across],
    [along + THICKNESS, across],
    [along + THICKNESS, across + size],
    [along, across + size],
  ] as const;
  return `M${corners.map(([a, b]) => point(a, b, turn)).join("L")}Z`;
}

export function linkPath({ from, size }: PlacedLink, to: PlacedLink["from"], turn: Turn): string {
  const middle = (from.along + to.along) / 2;
  const at = (along: number, across: number): string => point(along, across, turn);
  return (
    `M${at(from.along, from.across)}` +
    `C${at(middle, from.across)} ${at(middle, to.across)} ${at(to.along, to.across)}` +
    `L${at(to.along, to.across + size)}` +
    `C${at(middle, to.across + size)} ${at(middle, from.across + size)} ` +
    `${at(from.along, from.across + size)}Z`
  );
}

const BEND = 0.024;

/** A short stroke that bends away and fades. */
export function exitPath({ from, size }: PlacedLink, turn: Turn): string {
  const at = (along: number, across: number): string =>
    point(from.along + along * FADE, from.across + across, turn);
  return (
    `M${at(0, 0)}C${at(0.5, 0)} ${at(0.85, BEND * 0.6)} ${at(1, BEND)}` +
    `L${at(1, BEND + size)}C${at(0.85, BEND * 0.6 + size)} ${at(0.5, size)} ${at(0, size)}Z`
  );
}

/** Where a link's tooltip stands, in shares of width and height. */
export function middleOf({ from, to, size }: PlacedLink, turn: Turn): { at: number; top: number } {
  const along = to ? (from.along + to.along) / 2 : from.along + FADE / 2;
  const across = (to ? (from.across + to.across) / 2 : from.across) + size / 2;
  return turn === "right" ? { at: along, top: across } : { at: across, top: along };
}
