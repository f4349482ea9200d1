"""Who may: API tokens and their roles, and how often a caller may.

Reads: api_tokens.
Writes: api_tokens.
Promises: a revoked token is refused from the next request on; below /api/admin nothing is told
before a token was shown.
Never: keeps a token, or a whole address.
"""
