export type * from "./api";
export { start } from "./tracker";
