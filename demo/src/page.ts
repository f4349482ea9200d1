import { html, svg } from "./dom";
import type { Field } from "./fields";
import type { Step } from "./steps";
import { words } from "./words";

export function header(steps: Step[]): HTMLElement {
  const brand = svg(
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
  const other = words.language === "de" ? "en" : "de";
  return html(
    "header",
    { class: "dhead" },
    html("a", { class: "brand", href: "#content" }, brand, "NEST-Haus"),
    html(
      "nav",
      { "aria-label": words.steps },
      html("ol", {}, ...steps.map((step) => html("li", {}, stepLink(step)))),
    ),
    html("p", { class: "dnote" }, words.note),
    html(
      "a",
      { class: "lang", href: `?lang=${other}`, lang: other, hreflang: other },
      words.otherLanguage,
    ),
  );
}

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
    ...fields.map((field) => field.element),
  );
}

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

export function failure(retry: () => void): HTMLElement {
  const again = html("button", { class: "btn", type: "button" }, words.again);
  again.addEventListener("click", retry);
  return html("main", { class: "failure", role: "alert" }, html("p", {}, words.listAway), again);
}
