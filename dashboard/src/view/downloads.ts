import { addressOf, type Params } from "../api/client";

export type Export =
  | "sessions"
  | "interactions"
  | "snapshots"
  | "daily"
  | "popular-configurations"
  | "performance";
export const FORMATS = ["csv", "json", "ndjson"] as const;
export type Format = (typeof FORMATS)[number];

/** Where the rows of an export are downloaded from; `params` usually is a view's `query`. */
export const downloadUrl = (rows: Export, format: Format, params?: Params): string =>
  addressOf(`/api/admin/export/${rows}.${format}`, params);
