import type { Configuration, Flags } from "./api";
import { quietly } from "./quiet";

/** What all tabs of one visitor share. Times are those of the device's clock. */
export interface Session {
  id: string;
  begun: number;
  active: number;
  /** Server's clock minus the device's, in milliseconds; absent until the server has told. */
  offset?: number;
  /** What the server has said of them; absent until it has answered. */
  flags?: Flags;
  /** How long a pause ends the session, where the server has said it. */
  idleAfterS?: number | undefined;
  /** What the server has been told the page shows, so that a reload need not tell it again. */
  known?: Configuration | undefined;
}

export const PREFIX = "nest:";

export interface Memory {
  /** While it is off nothing is read or written. */
  allow(on: boolean): void;
  read<T>(key: string): T | undefined;
  /** Without a value: forgets the key. */
  write(key: string, value?: unknown): void;
  keys(start: string): string[];
}

/** The device's storage. Where the browser refuses it, or it is full, all goes on without it. */
export function deviceMemory(): Memory {
  let allowed = false;
  const attempt = <T>(use: (storage: Storage) => T): T | undefined =>
    allowed ? quietly(() => use(localStorage)) : undefined;
  return {
    allow: (on) => {
      allowed = on;
    },
    read: (key) => attempt((storage) => JSON.parse(storage.getItem(PREFIX + key)!) ?? undefined),
    write: (key, value) =>
      attempt((storage) =>
        value
          ? storage.setItem(PREFIX + key, JSON.stringify(value))
          : storage.removeItem(PREFIX + key),
      ),
    keys: (start) =>
      attempt((storage) =>
        Object.keys(storage)
          .filter((key) => key.startsWith(PREFIX + start))
          .map((key) => key.slice(PREFIX.length)),
      ) ?? [],
  };
}
