"""What `sla init` finds before it asks: the CRM's stages and money, or which column of an export is which.

Here: from a token or files to a look and its proposals. Not here: asking, or writing (`commands/init`).
"""

import os
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from connectors.files.exports import PARTS
from connectors.files.guessed import stage_dates
from connectors.first_look import FirstLook
from models.proposed_mapping import CrmStage, Proposal, proposed_mapping, sales_pipelines, without_a_crm_stage
from models.settings.funnel import DEFAULT_STAGES, Funnel, people_stages
from models.settings.read import SettingsError, settings_from
from models.settings.sources import Files, HubSpot, Salesforce, SourceName
from pipelines.environment import variable
from pipelines.first_look import look_at_hubspot, look_at_salesforce

WHERE_TOKENS_COME_FROM = (
    "Make one in HubSpot under Settings > Integrations > Service Keys, with the scopes crm.objects.contacts.read, "
    "crm.objects.deals.read and crm.objects.owners.read."
)


class CannotBeginError(Exception):
    """The source cannot be read as it is; the message is a sentence with the remedy, or several lines of them."""


@dataclass
class Found:
    """What a source showed, and what its stages probably mean."""

    seen: FirstLook
    proposals: list[Proposal] = field(default_factory=list)
    pipelines: list[str] = field(default_factory=list)
    """deal pipelines that look like sales, where others are left out; none: all"""
    files: dict[str, Any] = field(default_factory=dict)
    """sources.files, where exports are read"""
    stages_from: dict[str, str] = field(default_factory=dict)
    """stage → the field that dates it, where the CRM keeps no history"""


def found_in_crm(account: str, source: SourceName, pipelines: Sequence[str]) -> Found:
    """What the portal or org that the account opens shows; of these pipelines, or of those that look like sales.

    Raises CannotBeginError without credentials, or where something that no night runs without is refused.
    """
    if source == "hubspot":
        seen = look_at_hubspot(account, HubSpot(pipelines=list(pipelines)))
    else:
        seen = look_at_salesforce(account, Salesforce(record_types=list(pipelines)))
    if seen.failed:
        said = "\n".join(f"{c.name}: {c.said}" if c.name.startswith("scope") else c.said for c in seen.failed)
        is_closed = source == "hubspot" and variable(account, "HUBSPOT_ACCESS_TOKEN") is None
        raise CannotBeginError(f"{said} {WHERE_TOKENS_COME_FROM}" if is_closed else said)
    stages = [CrmStage(**asdict(s)) for s in seen.stages]
    chosen = [p.label for p in seen.pipelines] if pipelines else []
    if not pipelines:
        sales = sales_pipelines(stages)
        chosen = sales if len(sales) < len(seen.pipelines) else []
    read = [s for s in stages if s.record_type != "deal" or not chosen or s.pipeline in (None, *chosen)]
    dated = {stage: seen.date_fields[label] for stage, label in stage_dates(list(seen.date_fields)).items()}
    # A deal dates its own stages.
    dated = {stage: name for stage, name in dated.items() if stage in people_stages(list(DEFAULT_STAGES))}
    return Found(seen, proposed_mapping(read, DEFAULT_STAGES), chosen, stages_from=dated)


def found_in_files(paths: Mapping[str, str], folder: Path, zone: str | None, money: str | None) -> Found:
    """What the exports at `paths` (part → path, as the user sees it) hold, for an account file in `folder`.

    Raises CannotBeginError where a column does not show, or a file cannot be read.
    """
    files = _guessed(paths, folder)
    looked = _looked(files, folder, zone, money)
    stages = [CrmStage(**asdict(s)) for s in looked.stages]
    proposals = proposed_mapping(stages, DEFAULT_STAGES)
    deals = files.get("deals")
    if deals is not None and "stage" in deals:
        ends = {"won": DEFAULT_STAGES[-1], "lost": "disqualified"}
        of_deals = [p for p in proposals if p.stage.record_type == "deal"]
        deals |= {key: [p.stage.value for p in of_deals if p.meaning == end] for key, end in ends.items()}
        # They are said where the export is.
        proposals = [p for p in proposals if p not in of_deals or p.meaning not in ends.values()]
        looked = _looked(files, folder, zone, money)
    dated = set(files.get("people", {}).get("stages", {}))
    # Where there is no status, the latest stage date stands for it: that stage's own name.
    return Found(looked, [p for p in proposals if p.stage.value not in dated], files=files)


def unmet(proposals: Sequence[Proposal]) -> list[str]:
    """The stages of the funnel that none of the CRM's means, once the proposals are taken."""
    mapping = {p.stage.value: p.meaning for p in proposals if p.meaning is not None}
    return without_a_crm_stage([p.stage for p in proposals], Funnel(mapping=mapping))


def _guessed(paths: Mapping[str, str], folder: Path) -> dict[str, dict[str, Any]]:
    import duckdb

    from connectors.files.guessed import NoColumnError, guessed, header_of
    from connectors.files.paths import NoSuchFilesError, files_of
    from connectors.files.text import UnreadableFileError

    files = {}
    for part in (p for p in PARTS if p in paths):
        given = Path(paths[part]).expanduser().absolute()
        try:
            first = files_of(str(given), folder)[0]
            with tempfile.TemporaryDirectory(prefix="sla-look-") as work, duckdb.connect() as con:
                header = header_of(part, first, lambda sql, con=con: con.execute(sql).fetchall(), Path(work))
            files[part] = guessed(part, _as_the_file_names_it(given, folder), header)
        except (NoSuchFilesError, NoColumnError) as e:
            raise CannotBeginError(f"--{part}: {str(e).rstrip('.')}.") from None
        except UnreadableFileError as e:
            raise CannotBeginError(f"--{part}: {given.name}: {e}.") from None
    return files


def _as_the_file_names_it(path: Path, folder: Path) -> str:
    """Relative to the account file where it lies below its folder; else whole."""
    return os.path.relpath(path, folder) if path.is_relative_to(folder) else str(path)


def _looked(files: dict[str, Any], folder: Path, zone: str | None, money: str | None) -> FirstLook:
    from pipelines.look_at_files import look_at_files

    try:
        settings = settings_from(
            {"sources": {"files": files}, "target": {"revenue": 1, "start": "2026-01-01", "end": "2026-12-31"}}
            | {"currency": money or "EUR"},
            "the export",
        )
    except SettingsError as e:
        raise CannotBeginError(str(e)) from None
    given: Files | None = settings.sources.files
    assert given is not None  # noqa: S101
    seen = look_at_files(given, "the export", folder, zone or "UTC", money)
    if seen.failed:
        raise CannotBeginError("\n".join(c.said for c in seen.failed))
    return seen
