"""The program `nesthaus`. Each command lies in a module that is loaded when it is called:

a worker need not carry the web framework, and `nesthaus settings` answers at once.
"""

import importlib
import logging
import os
import sys

import click

# Command, its module, and what the list of commands says of it (without loading the module).
COMMANDS = {
    "up": ("nesthaus.cli.up", "Run everything on this machine until Ctrl-C."),
    "serve": ("nesthaus.cli.serve", "Answer tracking calls, the admin API and the pages."),
    "work": ("nesthaus.cli.work", "Move what was tracked from the stream into the tables."),
    "schedule": ("nesthaus.cli.schedule", "Run the periodic jobs."),
    "migrate": ("nesthaus.cli.migrate", "Bring the tables to another version of the schema."),
    "doctor": ("nesthaus.cli.doctor", "Check servers, schema, clock and disk."),
    "verify": ("nesthaus.cli.verify", "Send one session to a running nesthaus and read it back."),
    "backup": ("nesthaus.cli.backup", "Write a backup of all tables while everything goes on."),
    "restore": ("nesthaus.cli.restore", "Bring all tables back from a backup."),
    "archive": ("nesthaus.cli.archive", "Move old months into Parquet files, list and check them."),
    "seed": ("nesthaus.cli.seed", "Make believable visitors, or take them out again."),
    "upkeep": ("nesthaus.cli.upkeep", "Make what was erased leave the servers' files, too."),
    "rebuild": ("nesthaus.cli.rebuild", "Count stored figures again from what was tracked."),
    "bots": ("nesthaus.cli.bots", "Judge again who is a bot."),
    "sessions": ("nesthaus.cli.sessions", "Print all that is kept about a session, or erase it."),
    "dead-letters": ("nesthaus.cli.dead_letters", "See and replay what could not be stored."),
    "prices": ("nesthaus.cli.prices", "Import price lists from sheets and publish them."),
    "token": ("nesthaus.cli.token", "Make, list and revoke API tokens."),
    "user": ("nesthaus.cli.user", "Make, list and delete accounts, change passwords."),
    "openapi": ("nesthaus.cli.openapi", "Print the OpenAPI document of all routes."),
    "settings": ("nesthaus.cli.settings", "List every setting."),
}
EXIT_FAILED = 1
EXIT_MISUSED = 2


class _Commands(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click calls it so
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in COMMANDS:
            return None
        return importlib.import_module(COMMANDS[cmd_name][0]).command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        with formatter.section("Commands"):
            formatter.write_dl([(name, sentence) for name, (_, sentence) in COMMANDS.items()])


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="nesthaus")
def program() -> None:
    """What visitors of a product configurator configure, abandon and buy, and at what price.

    `nesthaus up` runs everything on this machine. `serve`, `work` and `schedule` are its parts for
    a real deployment. Settings are environment variables or lines of a file `.env`; `nesthaus
    settings` lists them.

    Exit codes: 0 done, 1 failed, 2 wrong use, a bad setting or a schema this program does not know.
    """


class Failed(click.ClickException):
    """Ends the program with one line."""

    def __init__(self, message: str, exit_code: int = EXIT_FAILED) -> None:
        super().__init__(message)
        self.exit_code = exit_code  # pyright: ignore[reportAttributeAccessIssue] -- click reads it

    def show(self, file: object = None) -> None:  # noqa: ARG002
        click.echo(f"nesthaus: {self.message}", err=True)


def main() -> None:
    try:
        program.main(prog_name="nesthaus")
    except BrokenPipeError:
        # `nesthaus … | head` is no error; and nothing may be written any more.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(EXIT_FAILED)
    finally:
        logging.shutdown()
