import type { Nest } from "../../tracker/src/api";
import { measureOf, type Change, type Choice, type Configuration } from "./configuration";

/** The tracker, as any page has it: there may be none, where a browser blocks its script. */
const nest = (): Nest | undefined => (window as { nest?: Nest }).nest;

export const tellStart = (configuration?: Configuration): void =>
  nest()?.start(configuration?.toSend());

export function tellChanges(changes: Change[]): void {
  for (const { category, before, after, cause } of changes)
    nest()?.selection(category.id, after?.option ?? null, {
      cause,
      ...(before && { previousValue: before.option }),
      ...(after && measured(category, after)),
    });
}

export const tellSaved = (
  configuration: Configuration,
  trigger: "auto_save" | "order_attempt",
  price: number | undefined,
): void => nest()?.save(configuration.toSend(), trigger, price);

export const tellOrder = (configuration: Configuration, orderId: string): void =>
  nest()?.convert({ orderId, configuration: configuration.toSend() });

const measured = (category: Change["category"], { measure }: Choice) =>
  measure === undefined ? {} : { [measureOf(category)]: measure };
