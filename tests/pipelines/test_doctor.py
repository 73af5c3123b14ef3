"""What the doctor calls unmapped is what the night of the same portal finds."""

from dataclasses import asdict

import pytest

from connectors.hubspot.look import look
from models.proposed_mapping import CrmStage, unmapped, unmapped_share
from models.settings.read import settings_from
from pipelines.catalog import catalog
from pipelines.warehouse import create
from tests.crm_night import SETTINGS, build_tables
from tests.hubspot_night import client, open_warehouse_for, portal_of, read_night

# What a mapping can get wrong: a stage of people for deals, a deal's label, a lost stage opened, an open one won.
FUNNEL = {
    "stages": ["lead", "mql", "sql", "customer"],
    "mapping": {
        "153180555": "mql",
        "Proposal": "mql",
        "negotiation": "ignore",
        "88120005": "sql",
        "88120001": "customer",
    },
}
MOVES = (
    ("contacts", "lifecyclestage = '153180554'", 7),
    ("deals", "dealstage = 'presentationscheduled', pipeline = 'default'", 3),
    ("deals", "dealstage = 'contractsent', pipeline = 'default'", 4),
    ("deals", "dealstage = '88120001', pipeline = '8812'", 5),
    ("deals", "dealstage = '88120002', pipeline = '8812'", 6),
)


def test_the_doctor_and_the_night_find_the_same_stages_unmapped(tmp_path):
    given = SETTINGS | {"sources": {"hubspot": {}}, "funnel": FUNNEL}
    with portal_of(people=300) as (company, face, url):
        for table, change, every in MOVES:
            company.con.execute(
                f"update portal.{table} set {change} where id in "
                f"(select id from portal.{table} qualify row_number() over (order by id) % {every} = 0)"
            )
        face.portal.look_again()
        seen = look(client(url))
        with open_warehouse_for(tmp_path, settings=given) as con:
            read_night(con, tmp_path, client(url))
            # The night's plan, of which it reads no figure here.
            create(con, catalog().tables["reporting.conversion_rates"])
            build_tables(con, ("funnel", "reporting"))
            night = con.execute(
                "select finding, records from reporting.data_quality where finding like 'unmapped_stage:%'"
            ).fetchall()
            ((known,),) = con.execute(
                "select count(*) + (select count(*) from funnel.deals where not is_won and not is_lost) "
                "from funnel.people"
            ).fetchall()
    stages = [CrmStage(**asdict(s)) for s in seen.stages]
    funnel = settings_from(given, "t.yaml").funnel
    mine = {f"unmapped_stage:{s.record_type}:{s.value}": s.records for s in unmapped(stages, funnel)}
    assert mine == dict(night)
    assert {k.split(":")[1] for k in mine} == {"person", "deal"}
    assert unmapped_share(stages, funnel, seen.people) == pytest.approx(sum(mine.values()) / known)
