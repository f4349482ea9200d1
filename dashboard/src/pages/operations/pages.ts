import { useState } from "react";

export interface Pages {
  /** Of the page in view, as the API takes it; none for the first. */
  cursor: string | undefined;
  previous: (() => void) | undefined;
  next: (cursor: string) => void;
  /** The page's place, from 1. */
  number: number;
}

/** The way through a list that is told page by page: the API knows the next page only. */
export function usePages(): Pages {
  const [cursors, setCursors] = useState<readonly string[]>([]);
  return {
    cursor: cursors.at(-1),
    previous: cursors.length ? () => setCursors(cursors.slice(0, -1)) : undefined,
    next: (cursor) => setCursors([...cursors, cursor]),
    number: cursors.length + 1,
  };
}
