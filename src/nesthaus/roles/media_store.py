"""Where mirrored media lie. Apart from the syncs, so that `serve` does not load what they need."""

from nesthaus.settings import Settings
from nesthaus.upkeep.media.store import MediaStore


def is_configured(settings: Settings) -> bool:
    return bool(settings.media_folders) and settings.google_service_account is not None


def media_store(settings: Settings) -> MediaStore | None:
    """None where no folder of Drive or no account is set. Raises StoreTrouble."""
    if not is_configured(settings):
        return None
    return MediaStore(settings.media_store or (settings.data.absolute() / "media").as_uri())
