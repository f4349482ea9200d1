import type { Option } from "./price-list";

export interface HouseSize {
  /** Square metres. */
  area: number;
  modules: number;
}

/** A house by its description, "75 m², 4 Module"; undefined where it says anything else. */
export function houseSize(option: Option): HouseSize | undefined {
  const said = /^([\d,]+) m², (\d+) Module$/.exec(option.description ?? "");
  return said ? { area: Number(said[1]!.replace(",", ".")), modules: Number(said[2]) } : undefined;
}
