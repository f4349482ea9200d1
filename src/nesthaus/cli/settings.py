"""`nesthaus settings`"""

import click

from nesthaus.cli import EXIT_MISUSED, Failed
from nesthaus.settings import ALL, BadSetting, load_settings, masked


@click.command("settings")
@click.option("--markdown", is_flag=True, help="Print docs/settings.md instead.")
def command(*, markdown: bool) -> None:
    """List every setting: its value, where that came from, unit, default and meaning.

    Secrets are masked.
    """
    if markdown:
        click.echo(settings_page(), nl=False)
        return
    try:
        settings = load_settings()
    except BadSetting as error:
        raise Failed(str(error), EXIT_MISUSED) from None
    for origin in settings.origins:
        setting = origin.setting
        click.echo(f"{setting.name}={masked(origin) or ''}")
        unit = f"{setting.unit}; " if setting.unit else ""
        default = "none" if setting.default is None else setting.default or "empty"
        click.echo(f"    from {origin.source}; {unit}default {default}")
        click.echo(f"    {setting.sentence}")


def settings_page() -> str:
    """docs/settings.md: every setting with unit, default and meaning."""
    rows = [
        f"| `{setting.name}` | {setting.unit} | {_default(setting.default)} | {setting.sentence} |"
        for setting in ALL
    ]
    return "\n".join([_PAGE_HEAD, *rows]) + "\n"


def _default(text: str | None) -> str:
    return f"`{text}`" if text else "none"


_PAGE_HEAD = """# Settings

Environment variables, or lines of a file `.env` in the folder the program is started in; the
environment goes before the file. A value that is not allowed stops the start with one line that
names the setting, the value and what is allowed. `nesthaus settings` shows the values in force.

This page is made by `nesthaus settings --markdown`.

| setting | unit | default | meaning |
|---|---|---|---|"""
