import { words } from "./words";

const grouped = new Intl.NumberFormat(words.locale, { maximumFractionDigits: 2 });
const whole = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });

/** "218.940 €" or "€218,940", with a real minus sign. */
export function euros(amount: number): string {
  const digits = whole.format(Math.abs(amount));
  const sign = amount < 0 ? "−" : "";
  return words.language === "de"
    ? `${sign}${digits.replaceAll(",", ".")}\u00a0€`
    : `${sign}€${digits}`;
}

/** "+ 4.900 €" or "− €4,900". */
export const change = (amount: number): string =>
  `${amount < 0 ? "−" : "+"}\u00a0${euros(Math.abs(amount))}`;

export const number = (value: number): string => grouped.format(value);

export const percent = (value: number): string =>
  number(value) + (words.language === "de" ? "\u00a0%" : "%");
