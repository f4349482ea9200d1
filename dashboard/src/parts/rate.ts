/** Below so many sessions no rate is told. */
export const THRESHOLD = 40;

/** Of so many sessions so many have ordered; null where they are too few to tell. */
export const rateOf = (sessions: number, converted: number): number | null =>
  sessions < THRESHOLD ? null : converted / sessions;
