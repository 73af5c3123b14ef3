"""`sla ui`: the Dagster UI and its daemon on this project."""

import os
import sys
from pathlib import Path

import click

from pipelines.instance import ensure_instance


@click.command(name="ui", short_help="The Dagster UI with the lineage, and the nightly schedule.")
@click.option("--port", default=3000, show_default=True, help="Where the UI listens.")
@click.option("--host", default="127.0.0.1", show_default=True, help="The address it listens on.")
def command(port: int, host: str) -> None:
    """Serve the Dagster UI, and run every account's night when it is due, until stopped with Ctrl-C.

    The lineage of all tables is under Assets > View lineage. The UI has no sign-in: keep it on this machine, or put
    it behind a proxy that has one.
    """
    ensure_instance()
    dagster = Path(sys.executable).with_name("dagster")
    click.echo(f"The UI opens at http://{host}:{port} in a few seconds; Ctrl-C stops it.", err=True)
    arguments = [str(dagster), "dev", "-m", "pipelines.definitions", "-h", host, "-p", str(port)]
    os.execv(dagster, arguments)
