"""Which system user the servers run as, and what that user may do.

PostgreSQL refuses to run as root. An ordinary user's servers run as that user; root's run as the
system user `nesthaus`, or as `nobody` where no user can be made.
"""

import os
import pwd
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from nesthaus.embedded.errors import EmbeddedError

_SYSTEM_USER = "nesthaus"
# Nothing of the caller's environment (PGDATA, LD_LIBRARY_PATH, LC_ALL …) reaches a server.
ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"}


@dataclass(frozen=True, slots=True)
class Identity:
    """A system user other than our own."""

    uid: int
    gid: int
    name: str


def servers_identity() -> Identity | None:
    """None where the servers run as ourselves."""
    if os.geteuid() != 0:
        return None
    found = _find(_SYSTEM_USER) or _make() or _find("nobody")
    if found is None or found.uid == 0:
        raise EmbeddedError(
            "PostgreSQL must not run as root and there is no other user to run it as;"
            " run nesthaus as an ordinary user, or set DATABASE_URL and REDIS_URL"
        )
    return found


def run_as(
    identity: Identity | None, command: Sequence[str | Path], pass_fds: Sequence[int] = ()
) -> "subprocess.Popen[str]":
    """Starts a short-lived program of the servers with the output of both kinds in one pipe."""
    return subprocess.Popen(
        [str(part) for part in command],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        cwd="/",
        env=ENVIRONMENT,
        umask=0o077,
        pass_fds=pass_fds,
        start_new_session=True,
        user=None if identity is None else identity.uid,
        group=None if identity is None else identity.gid,
        extra_groups=None if identity is None else [],
    )


def can_run(identity: Identity, program: Path) -> bool:
    return _succeeds(identity, [program, "--version"])


def can_enter(identity: Identity, folder: Path) -> bool:
    """Asked of the system itself, because modes alone do not tell (ACLs, read-only mounts …)."""
    return _succeeds(identity, ["/bin/sh", "-c", 'cd "$0"', folder])


def _succeeds(identity: Identity, command: Sequence[str | Path]) -> bool:
    try:
        process = run_as(identity, command)
    except PermissionError as error:
        if error.filename is None:
            raise EmbeddedError(f"root may not change to the user {identity.name} here") from error
        return False
    except OSError:
        return False
    process.communicate()
    return process.returncode == 0


def _find(name: str) -> Identity | None:
    try:
        entry = pwd.getpwnam(name)
    except KeyError:
        return None
    return Identity(entry.pw_uid, entry.pw_gid, name)


def _make() -> Identity | None:
    program = shutil.which("useradd", path="/usr/sbin:/sbin:/usr/bin:/bin")
    if program is None:
        return None
    options = ["--system", "--user-group", "--no-create-home", "--home-dir", "/nonexistent"]
    subprocess.run(
        [program, *options, "--shell", "/usr/sbin/nologin", _SYSTEM_USER],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
    )
    # Looked up again whatever it said: another `up` may have been faster.
    return _find(_SYSTEM_USER)
