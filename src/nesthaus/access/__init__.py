"""Who may: accounts and their logins, API tokens, roles, how often a caller may, and who did what.

Reads: accounts, logins, api_tokens, audit_log.
Writes: the same.
Promises: a revoked token, a deleted account, a changed password hold from the next request on;
below /api/admin nothing is told before a right was shown; what an admin changes and its entry in
the audit log are written in one transaction.
Never: keeps a password, a token or a whole address; tells a secret to the log.
"""
