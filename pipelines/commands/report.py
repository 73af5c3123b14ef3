"""`sla report`: the page of the last published night, rendered again."""

import click

from pipelines.commands.choices import BadInput, account_file
from pipelines.paths import AccountFolder, shown


@click.command(
    name="report",
    short_help="The page of the last published night, rendered again; prints its path.",
    epilog="Example: sla report --account acme",
)
@click.option("--account", metavar="NAME", help="The account; may be left out where there is one only.")
def command(account: str | None) -> None:
    """Render the page of an account's last published night again and print where it is."""
    name, file = account_file(account)
    folder = AccountFolder(name)
    if not folder.published.exists():
        raise BadInput(f"{name} has no published night yet; run: sla run --account {name}")
    from models.settings.read import SettingsError, read_settings
    from pipelines.report.render import write_page

    try:
        write_page(folder.published, folder.report, name, read_settings(file))
    except (SettingsError, LookupError) as e:
        raise BadInput(str(e.args[0]) if isinstance(e, LookupError) else str(e)) from None
    click.echo(shown(folder.report))
