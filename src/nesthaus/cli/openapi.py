"""`nesthaus openapi`"""

import asyncio
import json

import click

from nesthaus.cli import EXIT_MISUSED, Failed
from nesthaus.roles.document import document
from nesthaus.settings import BadSetting, load_settings


@click.command("openapi")
def command() -> None:
    """Print the OpenAPI 3.1 document of all routes, as JSON.

    It needs no server: programs that generate a client can be fed with it.
    """
    try:
        settings = load_settings()
    except BadSetting as error:
        raise Failed(str(error), EXIT_MISUSED) from None
    click.echo(json.dumps(asyncio.run(document(settings)), indent=2, ensure_ascii=False))
