import type { Configuration, Misfit } from "./configuration";
import { html, svg } from "./dom";
import type { Field } from "./fields";
import { number } from "./figures";
import { inLanguage } from "./link";
import type { PriceList } from "./price-list";
import type { Step } from "./steps";
import { labelOf, words, type ProductWords } from "./words";

const other = words.language === "de" ? "en" : "de";

export class Header {
  readonly element: HTMLElement;
  readonly #language = html(
    "a",
    { class: "lang", href: inLanguage(other), lang: other, hreflang: other },
    words.otherLanguage,
  );

  constructor(steps: Step[], own: ProductWords) {
    this.element = html(
      "header",
      { class: "dhead" },
      html(
        "a",
        { class: "brand", href: "#content" },
        own === words.ofHouse ? mark() : undefined,
        own.brand,
      ),
      html(
        "nav",
        { "aria-label": words.steps },
        html("ol", {}, ...steps.map((step) => html("li", {}, stepLink(step)))),
      ),
      html("p", { class: "dnote" }, words.note),
      this.#language,
    );
  }

  /** The link to the other language takes the address's choices along. */
  update(): void {
    this.#language.setAttribute("href", inLanguage(other));
  }
}

const mark = (): SVGElement =>
  svg(
    "svg",
    {
      viewBox: "0 0 30 22",
      fill: "none",
      stroke: "currentColor",
      "stroke-width": 1.5,
      "stroke-linejoin": "round",
      "aria-hidden": "true",
    },
    svg("path", { d: "M1.5 20V11L7 4l5.5 7v9z" }),
    svg("path", { d: "M7 4 23 1.5l5.5 7v7.5L12.5 20M12.5 11l16-2.5" }),
    svg("path", { d: "M17.8 10.2v8.8M23.2 9.4v8.2", class: "brand-mark" }),
  );

const stepLink = (step: Step): HTMLElement =>
  html(
    "a",
    { href: `#${step.id}`, "data-nest-category": "step", "data-nest-value": step.id },
    step.short,
  );

export function section(step: Step, index: number, count: number, fields: Field[]): HTMLElement {
  // The legend repeats the question where a step has but one category of the same name.
  const only = step.categories.length === 1;
  return html(
    "section",
    { class: only ? "dstep only" : "dstep", id: step.id, "aria-labelledby": `h-${step.id}` },
    html("p", { class: "sn" }, words.step(index + 1, count)),
    html("h2", { id: `h-${step.id}` }, step.question),
    step.note ? html("p", { class: "di" }, step.note) : undefined,
    ...fields.map((field) => field.element),
  );
}

/** What of a link, or of an earlier visit, could not be taken as it was. */
export function misfitNote({ list, misfits }: Configuration): HTMLElement | undefined {
  if (!misfits.length) return undefined;
  const sentences = misfits.map((misfit) => html("li", {}, misfitSentence(misfit, list)));
  return html(
    "div",
    { class: "notice", role: "status" },
    html("p", {}, html("b", {}, words.misfitsHeading)),
    html("ul", {}, ...sentences),
  );
}

function misfitSentence({ category: id, before, after }: Misfit, list: PriceList): string {
  const category = list.categories.find((each) => each.id === id);
  if (!category) return words.goneCategory(id, list.version);
  const option = category.options.find((each) => each.id === before.option);
  const name = labelOf(category);
  if (!option)
    return before.option ? words.gone(name, before.option, list.version) : words.unclear(name);
  if (before.measure === undefined) return words.unclear(name);
  return words.lowered(name, number(before.measure), number(after?.measure ?? 0));
}

export const notice = (sentence: string): HTMLElement =>
  html("div", { class: "notice", role: "status" }, html("p", {}, sentence));

/** Marks the step that is in view; sections without a link, such as the summary, mark none. */
export function followSteps(head: HTMLElement, sections: HTMLElement[]): void {
  const seen = new IntersectionObserver(
    (entries) => {
      const entry = entries.find(({ isIntersecting }) => isIntersecting);
      if (!entry) return;
      for (const link of head.querySelectorAll("nav a"))
        if (link.getAttribute("href") === `#${entry.target.id}`)
          link.setAttribute("aria-current", "step");
        else link.removeAttribute("aria-current");
    },
    { rootMargin: "-40% 0px -55% 0px" },
  );
  sections.forEach((each) => seen.observe(each));
}

export const loading = (): HTMLElement =>
  html("main", { class: "alone" }, html("p", { role: "status" }, words.loading));

export function failure(retry: () => void): HTMLElement {
  const again = html("button", { class: "btn", type: "button" }, words.again);
  again.addEventListener("click", retry);
  return html(
    "main",
    { class: "alone" },
    html("div", { role: "alert" }, html("h1", {}, words.listAway)),
    again,
  );
}
