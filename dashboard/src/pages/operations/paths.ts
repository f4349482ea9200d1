/** Of the lists that are changed here; each change makes the audit log old too. */
export const DEAD_LETTERS = "/api/admin/dead-letters";
export const TOKENS = "/api/admin/tokens";
export const ACCOUNTS = "/api/admin/users";
export const ALERTS = "/api/admin/alerts";
export const FLAGS = "/api/admin/flags";
export const AUDIT = "/api/admin/audit";
