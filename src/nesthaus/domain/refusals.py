"""Why a call or an event is not taken: a closed set, the same words in code, docs and tests."""

from enum import StrEnum


class Refusal(StrEnum):
    MALFORMED = "malformed"  # no JSON, or not the JSON that was asked for
    INVALID = "invalid"  # a field is missing or wrong
    STALE = "stale"  # more than 7 days past
    AHEAD = "ahead"  # more than 5 minutes ahead
    TOO_LARGE = "too_large"  # the body
    CONTENT_TYPE = "content_type"  # neither application/json nor text/plain
    RATE_LIMITED = "rate_limited"
    UNAUTHORISED = "unauthorised"  # a token that is unknown or revoked
    FORBIDDEN = "forbidden"  # a token of a role that may not do this
    NO_CONSENT = "no_consent"  # consent "none", Sec-GPC or DNT
    INTERNAL = "internal"  # own traffic: an address of ours, or the cookie nest_internal
    ERASED = "erased"  # the session was erased; found out when it is stored
    OVERLOADED = "overloaded"  # neither stream nor spool could take it
