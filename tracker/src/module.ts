import type { Nest, Options } from "./api";
import { begin } from "./more";
import { track } from "./tracker";

export type * from "./api";

const silent = (): undefined => undefined;
const inert: Nest = {
  start: silent,
  track: silent,
  selection: silent,
  save: silent,
  convert: silent,
  pageView: silent,
  consent: silent,
  sessionId: silent,
};

/** Starts tracking this page. On a server that renders pages it does nothing. */
export const start = (options: Options = {}): Nest =>
  typeof document === "undefined" ? inert : track(options, async () => ({ begin }));
