import type { Sent } from "./configuration";

export interface Price {
  totalPrice: number;
  monthlyRate: number;
  completionPercentage: number;
  priceListVersion: string;
  breakdown: { category: string; label: string; amount: number; onRequest?: boolean }[];
}

/** `category` is the one the server cannot price; without it, the server was not reached. */
export interface NoPrice {
  category?: string;
}

export type Quote = { price: Price } | { failure: NoPrice };

const REST_MS = 120;

/** Asks for prices a little after the last change; only the newest question is answered. */
export class PriceDesk {
  #question = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(readonly answered: (quote: Quote) => void) {}

  ask(configuration: Sent): void {
    const question = ++this.#question;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(async () => {
      const quote = await calculate(configuration);
      if (question === this.#question) this.answered(quote);
    }, REST_MS);
  }
}

async function calculate(configuration: Sent): Promise<Quote> {
  try {
    const response = await fetch("/api/pricing/calculate", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ configuration }),
    });
    const answer = await response.json();
    if (response.ok) return { price: answer as Price };
    const [, category] = String(answer.field ?? "").split(".");
    return { failure: response.status === 400 && category ? { category } : {} };
  } catch {
    return { failure: {} };
  }
}
