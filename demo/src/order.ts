import { html } from "./dom";
import { words } from "./words";

/** The order form. What is typed into it is never sent anywhere. */
export class OrderForm {
  readonly element = html("dialog", { class: "order", "aria-labelledby": "h-order" });

  constructor(addressLabel: string, ordered: () => void) {
    const field = (label: string, name: string, type: string, autocomplete: string) =>
      html(
        "label",
        { class: "text" },
        html("span", {}, label),
        html("input", { name, type, autocomplete, required: true }),
      );
    const back = html("button", { class: "btn", type: "button" }, words.back);
    back.addEventListener("click", () => this.element.close());
    const form = html(
      "form",
      { method: "dialog" },
      html("h2", { id: "h-order" }, words.orderHeading),
      html("p", { class: "muted" }, words.orderNote),
      field(words.name, "name", "text", "name"),
      field(words.email, "email", "email", "email"),
      field(addressLabel, "address", "text", "street-address"),
      html("div", { class: "dact" }, html("button", { class: "btn primary" }, words.send), back),
    );
    form.addEventListener("submit", () => {
      form.reset();
      ordered();
    });
    this.element.append(form);
  }

  open(): void {
    this.element.showModal();
  }
}
