import type { Choice, Choices } from "./configuration";

const CHOICES = "nest-haus-configuration";
const LANGUAGE = "nest-haus-language";

/** A reload keeps the choices of this tab; a visit later those the visitor asked to keep. */
export const remembered = (): Choices | undefined =>
  choicesIn(() => sessionStorage) ?? choicesIn(() => localStorage);

export function rememberForReload(choices: Choices): void {
  write(() => sessionStorage, CHOICES, JSON.stringify(choices));
}

/** False where the browser refuses to keep anything. */
export const rememberForLater = (choices: Choices): boolean =>
  write(() => localStorage, CHOICES, JSON.stringify(choices));

export const rememberedLanguage = (): string | null => read(() => localStorage, LANGUAGE);

export function rememberLanguage(language: string): void {
  write(() => localStorage, LANGUAGE, language);
}

/** What is kept may be of an older page, or of another page of this host. */
function choicesIn(storage: () => Storage): Choices | undefined {
  try {
    const kept: unknown = JSON.parse(read(storage, CHOICES) ?? "null");
    if (!kept || typeof kept !== "object") return undefined;
    return Object.fromEntries(Object.entries(kept).filter(isChoice));
  } catch {
    return undefined;
  }
}

const isChoice = (entry: [string, unknown]): entry is [string, Choice] => {
  const choice = entry[1] as Partial<Choice> | null;
  const measure = choice?.measure;
  return (
    typeof choice?.option === "string" &&
    (measure === undefined || (Number.isFinite(measure) && measure >= 0))
  );
};

function read(storage: () => Storage, key: string): string | null {
  try {
    return storage().getItem(key);
  } catch {
    return null;
  }
}

function write(storage: () => Storage, key: string, text: string): boolean {
  try {
    storage().setItem(key, text);
    return true;
  } catch {
    return false;
  }
}
