import type { Configuration } from "./configuration";
import { html } from "./dom";
import { fieldFor, type Field } from "./fields";
import { isHouse } from "./house";
import { houseSize } from "./house-size";
import { rememberForLater, rememberForReload } from "./keeping";
import { keepInAddress, linkTo } from "./link";
import { OrderForm } from "./order";
import { followSteps, Header, misfitNote, section } from "./page";
import { PriceBar } from "./price-bar";
import { PriceDesk, type NoPrice, type Price, type Quote } from "./price";
import { Scene } from "./scene";
import { stepsOf, type Step } from "./steps";
import { Summary, type Acts } from "./summary";
import { tellChanges, tellOrder, tellSaved, tellStart } from "./tracking";
import { labelOf, words, type ProductWords } from "./words";

const SIDE_BY_SIDE = new Set(["belichtungspaket"]);

/** One visitor at this page: choices, their price, and what the tracker is told of them. */
export class Visit {
  readonly elements: HTMLElement[];
  readonly #own: ProductWords;
  readonly #head: Header;
  readonly #scene: Scene;
  readonly #fields: Field[] = [];
  readonly #bar: PriceBar;
  readonly #summary: Summary;
  readonly #order: OrderForm;
  readonly #desk = new PriceDesk((quote) => this.#answered(quote));
  #price: Price | undefined;
  #unsaved = false;

  /** `newList`: called with the version of a list that has come into force since. */
  constructor(
    readonly configuration: Configuration,
    readonly newList: (version: string) => void,
  ) {
    const { list } = configuration;
    this.#own = isHouse(list) ? words.ofHouse : words.ofProduct;
    const steps = stepsOf(list);
    this.#head = new Header(steps, this.#own);
    this.#scene = new Scene(configuration, this.#own);
    this.#bar = new PriceBar(this.#own.price, () => this.#askPrice());
    this.#summary = new Summary(list, this.#own, this.#acts());
    this.#order = new OrderForm(this.#own.address, () => this.#ordered());
    const sections = steps.map((step, index) =>
      section(step, index, steps.length, this.#fieldsOf(step)),
    );
    followSteps(this.#head.element, [...sections, this.#summary.element]);
    this.elements = this.#arranged(sections);
    configuration.onChange((changes) => {
      tellChanges(changes);
      this.#unsaved = true;
      this.#summary.say("");
      keepInAddress(list, configuration.choices);
      this.#show();
    });
  }

  begin(): void {
    document.title = this.#own.title;
    tellStart(this.configuration);
    this.#show();
  }

  #arranged(sections: HTMLElement[]): HTMLElement[] {
    const content = html("main", { class: "dsteps", id: "content", tabindex: -1 });
    const note = misfitNote(this.configuration);
    content.append(
      html("p", { class: "dnote narrow-only" }, words.note),
      html("h1", {}, this.#own.heading),
      ...(note ? [note] : []),
      ...sections,
      this.#summary.element,
    );
    return [
      html("a", { class: "skip", href: "#content" }, words.skip),
      this.#head.element,
      html("div", { class: "dbody" }, this.#scene.element, content),
      this.#bar.element,
      this.#order.element,
    ];
  }

  #fieldsOf(step: Step): Field[] {
    const { list } = this.configuration;
    const fields = step.categories.map((category) =>
      fieldFor(this.configuration, category, {
        cards: category.id === list.base || (isHouse(list) && SIDE_BY_SIDE.has(category.id)),
        pictures: isHouse(list),
      }),
    );
    this.#fields.push(...fields);
    return fields;
  }

  #acts(): Acts {
    const link = (): string => linkTo(this.configuration.list, this.configuration.choices);
    // Some browsers have it, but only on a secure address; a share that is broken off is no error.
    const share = (): void => void navigator.share({ url: link() }).catch(() => undefined);
    return {
      order: () => this.#attemptOrder(),
      save: () => this.#keep(),
      link: () => void this.#copy(link()),
      share: "share" in navigator ? share : undefined,
    };
  }

  #show(): void {
    const { choices } = this.configuration;
    for (const field of this.#fields) field.update();
    this.#scene.update();
    this.#head.update();
    this.#bar.showArea(this.#livingArea());
    rememberForReload(choices);
    this.#askPrice();
  }

  #askPrice(): void {
    this.#price = undefined;
    this.#bar.wait();
    this.#summary.wait();
    this.#desk.ask(this.configuration.toSend());
  }

  #answered(quote: Quote): void {
    this.#price = "price" in quote ? quote.price : undefined;
    if ("price" in quote) {
      this.#bar.show(quote.price);
      this.#summary.show(quote.price, this.configuration.choices);
    } else {
      this.#bar.fail(this.#why(quote.failure), !quote.failure.category);
      this.#summary.fail();
    }
    if (this.#unsaved) this.#save("auto_save");
    const version = this.#price?.priceListVersion;
    if (version && version !== this.configuration.list.version) this.newList(version);
  }

  #why({ category }: NoPrice): string {
    const known = this.configuration.list.categories.find(({ id }) => id === category);
    return known ? words.noPrice(labelOf(known)) : words.priceAway;
  }

  #livingArea(): number | undefined {
    const { list, choices } = this.configuration;
    const base = list.categories.find(({ id }) => id === list.base);
    const option = base?.options.find(({ id }) => id === choices[list.base]?.option);
    return option && houseSize(option)?.area;
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

  async #copy(address: string): Promise<void> {
    try {
      await navigator.clipboard.writeText(address);
      this.#summary.say(words.linkCopied);
    } catch {
      this.#summary.showLink(address);
    }
  }

  #attemptOrder(): void {
    this.#save("order_attempt");
    this.#order.open();
  }

  #ordered(): void {
    const orderId = crypto.getRandomValues(new Uint32Array(2)).join("-");
    tellOrder(this.configuration, orderId);
    this.#summary.say(words.ordered(orderId));
  }
}
