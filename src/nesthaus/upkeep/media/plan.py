"""What a sync will do: one pure function of what Drive lists and what is mirrored."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from nesthaus.domain.media import BadName, MediaName, read_name
from nesthaus.upkeep.media.drive import RemoteFile
from nesthaus.upkeep.media.orders import MirroredFile, SyncError

ALWAYS_ALLOWED_DELETIONS = 10


class Unsafe(Exception):
    """A sync that would do harm; says why, and what would let it pass."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A file of Drive with a sound name. `mirrored`: what of it is here."""

    folder_id: str
    file: RemoteFile
    called: MediaName
    mirrored: MirroredFile | None

    @property
    def has_other_content(self) -> bool:
        """Also where only its ending changed, under which it is stored."""
        known = self.mirrored
        return (
            known is None
            or known.md5 != self.file.md5_checksum
            or known.mime_type != self.called.mime_type
        )

    @property
    def is_unchanged(self) -> bool:
        known = self.mirrored
        return (
            known is not None
            and not self.has_other_content
            and (known.name, known.folder_id) == (self.file.name, self.folder_id)
        )


@dataclass(frozen=True, slots=True)
class Plan:
    """Every file of Drive is in one of `uploads`, `updates`, `unchanged` and `errors`."""

    uploads: Sequence[Wanted]
    updates: Sequence[Wanted]
    unchanged: Sequence[Wanted]
    errors: Sequence[SyncError]
    deletions: Sequence[MirroredFile]

    @property
    def processed(self) -> int:
        return len(self.uploads) + len(self.updates) + len(self.unchanged) + len(self.errors)


def plan_sync(
    listed: Mapping[str, Sequence[RemoteFile]],
    mirrored: Iterable[MirroredFile],
    confirmed_deletions: int | None,
) -> Plan:
    """`listed` by folder. What is in Drive but cannot be taken, because of its name say, stays as
    it was mirrored. Raises Unsafe."""
    known = {each.file_id: each for each in mirrored}
    found = {file.id: (folder, file) for folder, files in listed.items() for file in files}
    _check_lists(listed, known.values(), found)
    sound, errors = _sound(found, known)
    sound, twice = _each_once(sound, [known[name] for name in errors if name in known])
    errors |= twice
    deletions = [each for each in known.values() if each.file_id not in found]
    _check_deletions(len(deletions), len(known), confirmed_deletions)
    changed = [each for each in sound if not each.is_unchanged]
    return Plan(
        uploads=[each for each in changed if each.mirrored is None],
        updates=[each for each in changed if each.mirrored is not None],
        unchanged=[each for each in sound if each.is_unchanged],
        errors=list(errors.values()),
        deletions=deletions,
    )


def _check_lists(
    listed: Mapping[str, Sequence[RemoteFile]],
    known: Iterable[MirroredFile],
    found: Mapping[str, object],
) -> None:
    if not found:
        raise Unsafe("Drive lists no file at all: nothing is changed")
    used = {each.folder_id for each in known}
    for folder, files in listed.items():
        if not files and folder in used:
            raise Unsafe(
                f"Drive lists no file in folder {folder}, which had some: nothing is changed;"
                " take it out of NESTHAUS_MEDIA_FOLDERS if its files are to go"
            )


def _check_deletions(deletions: int, known: int, confirmed: int | None) -> None:
    is_many = deletions > ALWAYS_ALLOWED_DELETIONS and 2 * deletions > known
    if is_many and (confirmed or 0) < deletions:
        raise Unsafe(
            f"{deletions} of {known} files would be deleted: nothing is changed;"
            f" confirmDeletions={deletions} lets it pass"
        )


def _sound(
    found: Mapping[str, tuple[str, RemoteFile]], known: Mapping[str, MirroredFile]
) -> tuple[list[Wanted], dict[str, SyncError]]:
    sound: list[Wanted] = []
    errors: dict[str, SyncError] = {}
    for file_id, (folder, file) in found.items():
        try:
            called = read_name(file.name)
            _check_content(file, called)
        except BadName as error:
            errors[file_id] = SyncError(_shown(file.name), str(error))
        else:
            sound.append(Wanted(folder, file, called, known.get(file_id)))
    return sound, errors


def _check_content(file: RemoteFile, called: MediaName) -> None:
    if file.md5_checksum is None or not file.size_bytes:
        raise BadName("has no content")
    if file.mime_type != called.mime_type:
        raise BadName(f"is {_shown(file.mime_type)} to Drive, which its ending does not say")


def _each_once(
    sound: Sequence[Wanted], left: Iterable[MirroredFile]
) -> tuple[list[Wanted], dict[str, SyncError]]:
    """Of several files with one number and variant the one that is mirrored as such stays; of
    others nobody knows which is meant. `left` are mirrored ones that stay as they are."""
    taken = {(each.number, each.variant): each.name for each in left}
    kept: list[Wanted] = []
    errors: dict[str, SyncError] = {}
    by_place: dict[tuple[int, str], list[Wanted]] = {}
    for each in sound:
        by_place.setdefault((each.called.number, each.called.variant.value), []).append(each)
    for place, several in by_place.items():
        stays = [each for each in several if _is_there(each)] if len(several) > 1 else several
        if len(stays) > 1 or place in taken:
            stays = []
        kept.extend(stays)
        for each in several:
            if each not in stays:
                others = [taken[place]] if place in taken else []
                others += [other.file.name for other in several if other is not each]
                reason = f"has the number and variant of {_shown(', '.join(others))}"
                errors[each.file.id] = SyncError(_shown(each.file.name), reason)
    return kept, errors


def _is_there(wanted: Wanted) -> bool:
    known, called = wanted.mirrored, wanted.called
    return known is not None and (known.number, known.variant) == (called.number, called.variant)


def _shown(name: str) -> str:
    """In one line, without what cannot be seen."""
    return " ".join("".join(sign if sign.isprintable() else "�" for sign in name).split())[:200]
