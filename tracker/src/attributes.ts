import type { Nest } from "./api";

const MARKED = "[data-nest-category],[data-nest-type]";
const FIELD = "input,select,textarea";

/** Clicks on marked elements, and changes of marked fields, become events. */
export function watchAttributes(nest: Nest): void {
  const tell = ({ type, target }: Event): void => {
    const field = target as HTMLInputElement;
    const element = field.closest?.<HTMLElement>(MARKED);
    if (!element) return;
    const changed = type === "change";
    // Fields tell of themselves when they change; a label only hands the click on to its field.
    if (changed !== field.matches(FIELD) || (!changed && field.closest("label")?.control)) return;
    const { nestType, nestCategory: category = "page", nestValue } = element.dataset;
    const ticked = field.type !== "checkbox" || field.checked;
    const value = (changed ? ticked && (nestValue || field.value) : nestValue) || undefined;
    const details = { elementId: field.id || element.id || undefined };
    const kind = nestType ?? (changed ? "selection" : "click");
    if (kind === "selection") nest.selection(category, value ?? null, details);
    else nest.track(kind, { category, value, ...details });
  };
  // Capturing: a page that stops the event must not hide it.
  document.addEventListener("click", tell, true);
  document.addEventListener("change", tell, true);
}
