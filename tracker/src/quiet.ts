/** A page must never notice that something is wrong here; a gap in the sequence shows it. */
export function quietly<T, Values extends unknown[]>(
  work: (...values: Values) => T,
  ...values: Values
): T | undefined {
  try {
    return work(...values);
  } catch {
    return undefined;
  }
}

export const nothing = (): void => {};

/** Listens for as long as the page lives, also where the page itself stops the event. */
export function on<E extends Event>(
  target: EventTarget,
  type: string,
  heard: (event: E) => void,
): void {
  target.addEventListener(type, (event) => quietly(heard, event as E), true);
}
