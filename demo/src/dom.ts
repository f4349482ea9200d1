type Attributes = Record<string, string | number | boolean | undefined>;
type Content = Node | string | undefined;

const SVG = "http://www.w3.org/2000/svg";

function fill<T extends Element>(element: T, attributes: Attributes, content: Content[]): T {
  for (const [name, value] of Object.entries(attributes))
    if (value !== undefined && value !== false)
      element.setAttribute(name, value === true ? "" : String(value));
  element.append(...content.filter((part) => part !== undefined));
  return element;
}

/** An HTML element. An attribute of `false` or undefined is left out, `true` is set empty. */
export function html<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...content: Content[]
): HTMLElementTagNameMap[K] {
  return fill(document.createElement(tag), attributes, content);
}

export function svg(tag: string, attributes: Attributes = {}, ...content: Content[]): SVGElement {
  return fill(document.createElementNS(SVG, tag), attributes, content) as SVGElement;
}
