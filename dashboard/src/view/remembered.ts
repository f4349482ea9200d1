// Settings of this browser, not of the view: those are in the address.
const PREFIX = "nesthaus.";

/** Nothing where the browser keeps nothing. */
export function remembered(name: string): string | null {
  try {
    return localStorage.getItem(PREFIX + name);
  } catch {
    return null;
  }
}

/** Without a value: forgets it. */
export function remember(name: string, value?: string): void {
  try {
    if (value === undefined) localStorage.removeItem(PREFIX + name);
    else localStorage.setItem(PREFIX + name, value);
  } catch {
    // Then it holds for this visit.
  }
}
