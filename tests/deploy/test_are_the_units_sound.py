"""Do the units and the containers start what there is, with as few rights as they need?"""

import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from nesthaus.cli import COMMANDS, program

DEPLOY = Path(__file__).parents[2] / "deploy"
SERVICES = sorted((DEPLOY / "systemd").glob("*.service"))
PROGRAM = "/opt/nesthaus/current/bin/nesthaus"
PROMISED = {
    "User": ["nesthaus"],
    "NoNewPrivileges": ["true"],
    "ProtectSystem": ["strict"],
    "ProtectHome": ["true"],
    "PrivateTmp": ["true"],
    "CapabilityBoundingSet": [""],
    "SystemCallFilter": ["@system-service", "~@privileged @resources"],
    "RestartPreventExitStatus": ["2"],
    "EnvironmentFile": ["/etc/nesthaus/env"],
}


def lines_of(unit: Path) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for line in unit.read_text().splitlines():
        name, is_given, value = line.partition("=")
        if is_given and not line.startswith("#"):
            found.setdefault(name, []).append(value)
    return found


def is_understood(command: list[str]) -> bool:
    """Whether the program knows the command and its options; none is run."""
    name, *options = command
    context = program.make_context("nesthaus", [name])
    found = program.get_command(context, name)
    assert found is not None
    found.make_context(name, options, parent=context)
    return name in COMMANDS


def test_there_is_a_unit_for_each_role() -> None:
    assert [unit.name for unit in SERVICES] == [
        "nesthaus-schedule.service",
        "nesthaus-serve.service",
        "nesthaus-work@.service",
    ]


@pytest.mark.parametrize("unit", SERVICES, ids=lambda unit: unit.stem)
def test_a_unit_starts_a_role_and_gives_it_no_rights(unit: Path) -> None:
    lines = lines_of(unit)
    (start,) = lines["ExecStart"]
    called, *command = start.split()
    assert called == PROGRAM
    assert is_understood(command)
    assert {name: lines.get(name) for name in PROMISED} == PROMISED
    assert "MemoryMax" in lines


def test_systemd_takes_the_units(tmp_path: Path) -> None:
    """With a program that is there, and one instance of the template."""
    if shutil.which("systemd-analyze") is None:
        pytest.skip("there is no systemd-analyze")
    names: list[str] = []
    for unit in sorted((DEPLOY / "systemd").iterdir()):
        names.append(unit.name.replace("@.", "@1."))
        (tmp_path / names[-1]).write_text(unit.read_text().replace(PROGRAM, "/bin/true"))
    for name in names:
        done = subprocess.run(
            ["systemd-analyze", "verify", tmp_path / name],
            env={"SYSTEMD_UNIT_PATH": f"{tmp_path}:", "PATH": "/usr/bin:/bin"},
            capture_output=True,
            text=True,
            check=False,
        )
        assert [line for line in done.stderr.splitlines() if "nesthaus" in line] == []
    assert len(names) == 4


def test_the_containers_run_the_same_commands() -> None:
    compose: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
    ours = {name: each for name, each in compose["services"].items() if "build" in each}
    assert sorted(ours) == ["migrate", "schedule", "serve", "work"]
    for each in ours.values():
        assert is_understood(each["command"].split())
        assert each["read_only"]
        assert each["cap_drop"] == ["ALL"]
        volumes = {volume.partition(":")[0] for volume in each.get("volumes", ())}
        assert volumes <= set(compose["volumes"])
    last = (DEPLOY / "Containerfile").read_text().rpartition("\nFROM ")[2]
    assert "\nUSER nesthaus\n" in last
    assert 'ENTRYPOINT ["nesthaus"]' in last
