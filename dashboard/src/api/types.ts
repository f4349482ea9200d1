import type { components, paths } from "./generated";

/** The models of the OpenAPI document, by name. */
export type Schemas = components["schemas"];

type Json<Answer> = Answer extends { content: { "application/json": infer Body } } ? Body : never;
type Asked<Path extends keyof paths> = paths[Path] extends { get: { responses: { 200: infer A } } }
  ? Json<A>
  : never;

/** The paths that answer a GET in JSON. */
export type GetPath = {
  [Path in keyof paths]: [Asked<Path>] extends [never] ? never : Path;
}[keyof paths];
export type AnswerOf<Path extends GetPath> = Asked<Path>;
