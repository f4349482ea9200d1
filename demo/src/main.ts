import { Configuration, preselected } from "./configuration";
import { html } from "./dom";
import { fieldFor } from "./fields";
import { House } from "./house";
import { rememberForLater, rememberForReload, remembered } from "./keeping";
import { OrderForm } from "./order";
import { failure, followSteps, header, section } from "./page";
import { PriceBar } from "./price-bar";
import { loadPriceList, type PriceList } from "./price-list";
import { PriceDesk, type NoPrice, type Price, type Quote } from "./price";
import { stepsOf } from "./steps";
import { Summary } from "./summary";
import { tellChanges, tellOrder, tellSaved, tellStart } from "./tracking";
import { labelOf, words } from "./words";

const app = document.getElementById("app")!;

async function open(): Promise<void> {
  try {
    show(await loadPriceList());
  } catch {
    tellStart();
    app.replaceChildren(failure(() => void open()));
  }
}

function show(list: PriceList): void {
  const configuration = new Configuration(list, remembered() ?? preselected(list));
  const session = new Visit(configuration);
  app.replaceChildren(...session.elements);
  session.begin();
}

/** One visitor at this page: choices, their price, and what the tracker is told of them. */
class Visit {
  readonly elements: HTMLElement[];
  readonly #steps;
  readonly #fields;
  readonly #house;
  readonly #bar = new PriceBar();
  readonly #summary: Summary;
  readonly #order = new OrderForm(() => this.#ordered());
  readonly #desk = new PriceDesk((quote) => this.#answered(quote));
  #price: Price | undefined;
  #unsaved = false;

  constructor(readonly configuration: Configuration) {
    const { list } = configuration;
    this.#steps = stepsOf(list);
    this.#fields = this.#steps.map((step) =>
      step.categories.map((category) => fieldFor(configuration, category)),
    );
    this.#house = new House(list);
    this.#summary = new Summary(
      list,
      () => this.#attemptOrder(),
      () => this.#keep(),
    );
    const head = header(this.#steps);
    const sections = this.#steps.map((step, index) =>
      section(step, index, this.#steps.length, this.#fields[index]!),
    );
    followSteps(head, [...sections, this.#summary.element]);
    const content = html("main", { class: "dsteps", id: "content" }, html("h1", {}, words.heading));
    content.append(...sections, this.#summary.element);
    this.elements = [
      html("a", { class: "skip", href: "#content" }, words.skip),
      head,
      html("div", { class: "dbody" }, this.#house.element, content),
      this.#bar.element,
      this.#order.element,
    ];
    configuration.onChange((changes) => {
      tellChanges(changes);
      this.#unsaved = true;
      this.#summary.say("");
      this.#changed();
    });
  }

  begin(): void {
    tellStart(this.configuration);
    this.#changed();
  }

  #changed(): void {
    for (const field of this.#fields.flat()) field.update();
    this.#house.show(this.configuration.choices);
    rememberForReload(this.configuration.choices);
    this.#price = undefined;
    this.#bar.wait();
    this.#desk.ask(this.configuration.toSend());
  }

  #answered(quote: Quote): void {
    this.#price = "price" in quote ? quote.price : undefined;
    if ("price" in quote) {
      this.#bar.show(quote.price);
      this.#summary.show(quote.price, this.configuration.choices);
    } else this.#bar.fail(this.#why(quote.failure));
    if (this.#unsaved) this.#save("auto_save");
  }

  #why({ category }: NoPrice): string {
    const known = this.configuration.list.categories.find(({ id }) => id === category);
    return known ? words.noPrice(labelOf(known)) : words.priceAway;
  }

  #save(trigger: "auto_save" | "order_attempt"): void {
    this.#unsaved = false;
    tellSaved(this.configuration, trigger, this.#price?.totalPrice);
  }

  #keep(): void {
    this.#save("auto_save");
    const kept = rememberForLater(this.configuration.choices);
    this.#summary.say(kept ? words.saved : words.notSaved);
  }

  #attemptOrder(): void {
    this.#save("order_attempt");
    this.#order.open();
  }

  #ordered(): void {
    const orderId = crypto.getRandomValues(new Uint32Array(2)).join("-");
    tellOrder(orderId);
    this.#summary.say(words.ordered(orderId));
  }
}

document.documentElement.lang = words.language;
document.title = words.title;
void open();
