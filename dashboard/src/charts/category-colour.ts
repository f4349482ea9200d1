/** As many as there are chart tokens; `styles/base.css` adds four to the guide's. */
const COLOURS = 12;

/** The token of a category's colour: by its place in the catalogue, the same on every page. */
export function colourOf(category: string | null | undefined, order: readonly string[]): string {
  const place = category ? order.indexOf(category) : -1;
  return place < 0 ? "--line-strong" : `--chart-${(place % COLOURS) + 1}`;
}
