"""Where the servers' files lie, and whose they are. Only folders made here are ever changed."""

import hashlib
import logging
import os
import pwd
import re
import secrets
import shutil
import socket
import stat
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from nesthaus.embedded.binaries import Binaries, copy_binaries
from nesthaus.embedded.errors import EmbeddedError
from nesthaus.embedded.identity import Identity, can_enter, can_run

ROOT_STATE = Path("/var/lib/nesthaus")
# Says that root's servers keep their data outside the data directory, and under which id.
_MARKER = "servers-home"
_SERVER_FOLDERS = ("postgres", "valkey")
# The address of a Unix socket has 108 bytes on Linux and 104 on macOS, the final zero included.
_SOCKET_BYTES = 103
_LONGEST_SOCKET = "/.s.PGSQL.5432"
# libpq and PostgreSQL's settings give commas, quotes and @ in a socket's folder another meaning.
_PLAIN_PATH = re.compile(r"[A-Za-z0-9/._+-]+")

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Places:
    """`home` holds the servers' data and logs, `sockets` their addresses."""

    home: Path
    sockets: Path
    binaries: Binaries
    identity: Identity | None


def make_data_directory(data_dir: Path) -> Path:
    """The absolute path of a writable data directory, made with its parents where missing."""
    folder = Path(os.path.abspath(data_dir))  # noqa: PTH100 - keeps links as they are, unlike resolve
    try:
        if not folder.exists():
            folder.mkdir(parents=True)
            # Root's servers must be able to pass through; nobody else can list what lies there.
            folder.chmod(0o711 if os.geteuid() == 0 else 0o700)
    except OSError as error:
        raise EmbeddedError(_unusable(folder, error.strerror or "no access")) from error
    if not folder.is_dir():
        raise EmbeddedError(_unusable(folder, "it is no folder"))
    if not os.access(folder, os.R_OK | os.W_OK | os.X_OK):
        raise EmbeddedError(_unusable(folder, f"{_me()} may not write there"))
    return folder


def servers_home(data_dir: Path) -> Path:
    """Where the servers' data and logs of this data directory lie."""
    return _home_of_root(data_dir) if (data_dir / _MARKER).exists() else data_dir


def prepare_places(data_dir: Path, installed: Binaries, identity: Identity | None) -> Places:
    """Makes what is missing. `data_dir` must exist."""
    _refuse_foreign_data(data_dir, identity)
    home, binaries = data_dir, installed
    if identity is None and (data_dir / _MARKER).exists():
        raise EmbeddedError(
            f"{data_dir} was used by root, whose data lie in {_home_of_root(data_dir)};"
            " start nesthaus as root, or choose another --data"
        )
    if identity is not None:
        home, binaries = _choose_for_root(data_dir, installed, identity)
    (home / "logs").mkdir(mode=0o700, exist_ok=True)
    sockets = _sockets_folder(data_dir, home, identity)
    return Places(home, sockets, binaries, identity)


def leave_sockets_folder(places: Places) -> None:
    """Takes an empty folder away from the temporary directory."""
    if places.sockets.parent != places.home:
        with suppress(OSError):
            places.sockets.rmdir()


def make_private_folder(folder: Path, identity: Identity | None) -> None:
    """A folder that only the servers' user may use; one that is somebody else's is refused."""
    owner = os.geteuid() if identity is None else identity.uid
    with suppress(FileExistsError):
        folder.mkdir(mode=0o700)
    facts = folder.lstat()
    if identity is not None and stat.S_ISDIR(facts.st_mode) and facts.st_uid == os.geteuid():
        os.chown(folder, identity.uid, identity.gid, follow_symlinks=False)
        facts = folder.lstat()
    private = stat.S_ISDIR(facts.st_mode) and stat.S_IMODE(facts.st_mode) & 0o077 == 0
    if not private or facts.st_uid != owner:
        raise EmbeddedError(
            f"{folder} exists and is not a private folder of {_name_of(owner)}; remove it"
        )


def _refuse_foreign_data(data_dir: Path, identity: Identity | None) -> None:
    """The same data directory cannot serve root and an ordinary user in turn."""
    expected = os.geteuid() if identity is None else identity.uid
    for name in _SERVER_FOLDERS:
        folder = data_dir / name
        if folder.exists() and (owner := folder.stat().st_uid) != expected:
            starter = "root" if identity is None else _name_of(owner)
            raise EmbeddedError(
                f"{folder} belongs to {_name_of(owner)}, not to {_name_of(expected)};"
                f" start nesthaus as {starter}, or choose another --data"
            )


def _choose_for_root(
    data_dir: Path, installed: Binaries, identity: Identity
) -> tuple[Path, Binaries]:
    elsewhere = _home_of_root(data_dir)
    enters = can_enter(identity, data_dir)
    runs = all(
        can_run(identity, program) for program in (installed.postgres, installed.valkey_server)
    )
    has_data = any((data_dir / name).exists() for name in _SERVER_FOLDERS)
    if has_data and not enters:
        raise EmbeddedError(
            f"the user {identity.name} can no longer enter {data_dir}, where its data lie"
        )
    try:
        inside = has_data or (enters and runs and not (data_dir / _MARKER).exists())
        home = data_dir if inside else _elsewhere(data_dir, elsewhere)
        if runs:
            return home, installed
        _make_open_folder(elsewhere)
        return home, copy_binaries(installed, elsewhere)
    except OSError as error:
        raise EmbeddedError(
            f"the user {identity.name} cannot use {data_dir} or the installed programs, and"
            f" {elsewhere} cannot be used in their place: {error.strerror}"
        ) from error


def _elsewhere(data_dir: Path, elsewhere: Path) -> Path:
    """The servers' home under /var/lib; data of a deleted data directory there are put aside."""
    marker, identifier = data_dir / _MARKER, elsewhere / "id"
    if identifier.exists() and (
        not marker.exists() or marker.read_text() != identifier.read_text()
    ):
        aside = elsewhere.with_name(f"{elsewhere.name}.{identifier.read_text().strip()[:8]}")
        shutil.rmtree(elsewhere / "binaries", ignore_errors=True)
        elsewhere.rename(aside)
        _log.warning("data of an earlier data directory %s were moved to %s", data_dir, aside)
    _make_open_folder(elsewhere)
    if not identifier.exists():
        identifier.write_text(secrets.token_hex(16))
        marker.write_text(identifier.read_text())
    return elsewhere


def _home_of_root(data_dir: Path) -> Path:
    return ROOT_STATE / _hash_of(data_dir)


def _hash_of(data_dir: Path) -> str:
    return hashlib.sha256(os.fsencode(data_dir.resolve())).hexdigest()[:16]


def _make_open_folder(folder: Path) -> None:
    for missing in reversed([folder, *folder.parents]):
        if not missing.exists():
            missing.mkdir()
            missing.chmod(0o755)


def _sockets_folder(data_dir: Path, home: Path, identity: Identity | None) -> Path:
    sockets = home / "sockets"
    if _fits(sockets):
        make_private_folder(sockets, identity)
        if _takes_sockets(sockets):
            return sockets
    owner = os.geteuid() if identity is None else identity.uid
    for base in (Path(tempfile.gettempdir()).resolve(), Path("/tmp")):  # noqa: S108 - private folder inside
        folder = base / f"nesthaus-{owner}-{_hash_of(data_dir)}"
        if _fits(folder) and (identity is None or can_enter(identity, base)):
            make_private_folder(folder, identity)
            return folder
    raise EmbeddedError(f"the path {home} is too long for sockets, and so is TMPDIR")


def _fits(folder: Path) -> bool:
    path = str(folder) + _LONGEST_SOCKET
    return len(os.fsencode(path)) <= _SOCKET_BYTES and _PLAIN_PATH.fullmatch(path) is not None


def _takes_sockets(folder: Path) -> bool:
    """Some shared and network file systems know no sockets."""
    trial = folder / "trial"
    trial.unlink(missing_ok=True)
    try:
        with socket.socket(socket.AF_UNIX) as probe:
            probe.bind(str(trial))
    except OSError:
        return False
    trial.unlink()
    return True


def _unusable(folder: Path, reason: str) -> str:
    return (
        f"the data directory {folder} cannot be used: {reason};"
        " choose another with --data or NESTHAUS_DATA"
    )


def _me() -> str:
    return _name_of(os.geteuid())


def _name_of(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"user {uid}"
