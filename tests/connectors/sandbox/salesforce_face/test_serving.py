"""The face in a process of its own."""

import time
from datetime import date, datetime

import requests

from connectors.sandbox.salesforce_face.serving import served


def test_a_process_serves_a_company_kept_in_a_file_and_is_gone_at_once(tmp_path):
    with served(
        people=300,
        seed=1,
        timezone="Europe/Paris",
        ends_on=date(2026, 6, 30),
        at=datetime(2026, 6, 30, 22),
        folder=tmp_path,
        features={"multi_currency": False, "hidden_objects": ["Event"]},
    ) as org:
        session = requests.Session()
        session.verify, session.trust_env = str(org.ca_file), False
        session.headers["Authorization"] = f"Bearer {org.access_token}"
        counted = session.get(f"{org.url}/services/data/v66.0/query?q=SELECT+COUNT()+FROM+Lead", timeout=20).json()
        assert counted["totalSize"] > 200
        names = {
            o["name"] for o in session.get(f"{org.url}/services/data/v66.0/sobjects", timeout=20).json()["sobjects"]
        }
        assert names.isdisjoint({"Event", "CurrencyType"})
        assert org.private_key_file is not None
        assert "PRIVATE KEY" in org.private_key_file.read_text()
        left = time.monotonic()
    assert time.monotonic() - left < 5
    assert not org.ca_file.exists()
    assert (tmp_path / "company.duckdb").exists()
