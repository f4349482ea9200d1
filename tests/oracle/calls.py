"""One tracking call: what is sent, and when it is received."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

TRACKER = "of the tracker's token"  # as `authorization`: whoever sends the calls puts a token there

CREATE = "/api/sessions/create"
TRACK = "/api/sessions/track"
TRACK_INTERACTION = "/api/sessions/track-interaction"
TRACK_BATCH = "/api/sessions/track-batch"
SAVE = "/api/sessions/save-configuration"
SAVE_AGAIN = "/api/sessions/save-config"
FINALIZE = "/api/sessions/finalize"


@dataclass(frozen=True, slots=True)
class Call:
    received_at: datetime
    path: str
    headers: Mapping[str, str]
    body: Mapping[str, object]
