import type { Nest } from "./api";
import { on } from "./quiet";

const FIELD = "input,select,textarea";

/** The marked element that this belongs to. */
export const marked = (target: EventTarget | null): HTMLElement | null | undefined =>
  (target as Element | null)?.closest?.("[data-nest-category],[data-nest-type]");

/** Clicks on marked elements, and changes of marked fields, become events. */
export function watchAttributes(nest: Nest): void {
  const tell = ({ type, target }: Event): void => {
    const field = target as HTMLInputElement;
    const element = marked(field);
    if (!element) return;
    const changed = type === "change";
    // Fields tell of themselves when they change; a label only hands the click on to its field.
    if (changed !== field.matches(FIELD) || (!changed && field.closest("label")?.control)) return;
    const { nestType, nestCategory: category = "page", nestValue } = element.dataset;
    const ticked = field.type !== "checkbox" || field.checked;
    const value = (changed ? ticked && (nestValue || field.value) : nestValue) || undefined;
    const details = { category, value, elementId: field.id || element.id };
    const kind = nestType ?? (changed ? "selection" : "click");
    if (kind === "selection") nest.selection(category, value ?? null, details);
    else nest.track(kind, details);
  };
  on(document, "click", tell);
  on(document, "change", tell);
}
