/** One category's choice: an option id, `true` for a check box, or an option with its measure. */
export type Choice =
  string | boolean | null | { value?: string | boolean; quantity?: number; squareMeters?: number };

/** What the visitor has chosen: category id to choice; null means not chosen. */
export type Configuration = Record<string, Choice>;

export type Trigger = "auto_save" | "page_exit" | "order_attempt";

/** Who made a selection: the visitor, a default, a rule of the configurator, or an undo. */
export type Cause = "user" | "default" | "rule" | "undo";

export interface EventDetails {
  /** The configurator category, or `page` where an event belongs to none. */
  category?: string;
  elementId?: string | undefined;
  value?: string | null | undefined;
  previousValue?: string | undefined;
  quantity?: number;
  squareMeters?: number;
  /** Milliseconds. A selection that brings none gets the active time since the selection before. */
  timeSpent?: number | undefined;
  cause?: Cause;
}

/** What is told beside clicks, choices and page views. */
export type Flag = "hover" | "scroll" | "image_timing" | "api_timing" | "web_vitals";

export type Flags = { [name in Flag]?: boolean };

export interface Options {
  /** Where the tracking API is: an origin, with a path in front of `/api` if there is one. */
  endpoint?: string;
  /** `ask`: nothing is sent and nothing written to the device until `consent("all")`. */
  consent?: "all" | "ask" | "none";
  /**
   * What the page wants, also as `hover -scroll`; the server's word goes before. Without any: all
   * but `hover`.
   */
  flags?: Flags | string;
  /** True where the page itself calls `start`, when it knows what it shows. */
  manual?: boolean;
}

/** Every call returns at once and never throws. */
export interface Nest {
  /** Opens the session; `configuration` is what the page shows before the first choice. */
  start(configuration?: Configuration): void;
  /** Any event: `click`, `hover`, or a name of your own of a-z, 0-9 and _. */
  track(type: string, details?: EventDetails): void;
  /** A choice in a category; null takes it away. The value before it is filled in. */
  selection(category: string, value: string | null, details?: EventDetails): void;
  /** Keeps a whole configuration. `clientPrice` is the price the page showed, in euros. */
  save(configuration: Configuration, trigger?: Trigger, clientPrice?: number): void;
  /** The visitor ordered. One `orderId` counts once. */
  convert(order?: { orderId?: string; configuration?: Configuration }): void;
  /** For pages that change without loading; the first view is told without a call. */
  pageView(path?: string): void;
  /** The visitor's answer. `none` forgets everything, on the device and in memory. */
  consent(answer: "all" | "none"): void;
  /** For your own server, which can confirm an order; undefined before there is a session. */
  sessionId(): string | undefined;
}
