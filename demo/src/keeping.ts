import type { Choices } from "./configuration";

const KEY = "nest-haus-configuration";

/** A reload keeps the choices of this tab; a visit later those the visitor asked to keep. */
export function remembered(): Choices | undefined {
  return read(() => sessionStorage) ?? read(() => localStorage);
}

export function rememberForReload(choices: Choices): void {
  write(() => sessionStorage, choices);
}

/** False where the browser refuses to keep anything. */
export const rememberForLater = (choices: Choices): boolean => write(() => localStorage, choices);

function read(storage: () => Storage): Choices | undefined {
  try {
    const choices: unknown = JSON.parse(storage().getItem(KEY) ?? "null");
    return choices && typeof choices === "object" ? (choices as Choices) : undefined;
  } catch {
    return undefined;
  }
}

function write(storage: () => Storage, choices: Choices): boolean {
  try {
    storage().setItem(KEY, JSON.stringify(choices));
    return true;
  } catch {
    return false;
  }
}
