"""The words of the messages, language by language.

Here: wording. Not here: what is said when (`alert`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Words:
    """One language."""

    thousands: str
    decimal: str
    sides: Mapping[str, str]
    commitments: Mapping[str, str]
    statuses: Mapping[str, str]
    joined_by: str
    is_behind: str
    are_behind: str
    on_track: str
    of_promised: str
    short: str
    at_stake: str
    call_now: str
    call_now_late: str
    warnings: str
    page: str
    nothing: str
    failed: str
    stands: str
    none_published: str
    is_overdue: str
    overdue: str
    an_address: str

    def behind(self, sides: Sequence[str]) -> str:
        """Who is behind, in a few words."""
        named = self.joined_by.join(self.sides[s].lower() for s in sides)
        return (self.is_behind if len(sides) == 1 else self.are_behind).format(named)

    def to_call(self, mqls: int, late: int) -> str:
        """How many MQLs wait for a first touch."""
        return (self.call_now_late if late else self.call_now).format(self.number(mqls, 0), self.number(late, 0))

    def number(self, value: float, decimals: int) -> str:
        """A figure as the language writes it."""
        plain = f"{value:,.{decimals}f}"
        return plain.replace(",", "\0").replace(".", self.decimal).replace("\0", self.thousands)


WORDS: Mapping[str, Words] = {
    "en": Words(
        thousands=",",
        decimal=".",
        sides={"marketing": "Marketing", "sales": "Sales", "plan": "The plan"},
        commitments={
            "mql_volume": "MQLs delivered",
            "sql_rate": "MQLs that become SQLs",
            "mqls_worked": "MQLs worked",
            "sqls": "SQLs",
            "win_rate": "opportunities won",
            "first_touch": "first touch in time",
            "attempts": "calls and e-mails in time",
            "capacity": "reps at work",
            "feasibility": "what the rest of the period can bring",
            "rate_drift": "rate",
            "average_deal": "average deal",
        },
        statuses={"missed": "missed", "at_risk": "at risk", "met": "met", "not_computable": "not computable"},
        joined_by=" and ",
        is_behind="{} is behind",
        are_behind="{} are behind",
        on_track="everybody is on track",
        of_promised="{name}: {actual} of {committed} ({status})",
        short="{} short",
        at_stake="{} at stake",
        call_now="MQLs to call now: {0}.",
        call_now_late="MQLs to call now: {0}, {1} of them late.",
        warnings="Data checks that warn: {} (table data_checks).",
        page="Report: {}",
        nothing="Nothing is behind.",
        failed="the night failed",
        stands="The night of {} stays published.",
        none_published="No night is published yet.",
        is_overdue="the night is overdue",
        overdue="The night of {as_of} was due at {schedule} ({zone}) and is not published yet. See whether the "
        "schedule runs (sla ui), or run it by hand: sla run --account {account}.",
        an_address="(an address)",
    ),
    "fr": Words(
        thousands="\u202f",
        decimal=",",
        sides={"marketing": "Marketing", "sales": "Ventes", "plan": "Plan"},
        commitments={
            "mql_volume": "MQL livrés",
            "sql_rate": "MQL devenus SQL",
            "mqls_worked": "MQL traités",
            "sqls": "SQL",
            "win_rate": "opportunités gagnées",
            "first_touch": "premiers contacts à temps",
            "attempts": "appels et e-mails à temps",
            "capacity": "commerciaux actifs",
            "feasibility": "ce que le reste de la période peut apporter",
            "rate_drift": "taux",
            "average_deal": "panier moyen",
        },
        statuses={"missed": "manqué", "at_risk": "à risque", "met": "tenu", "not_computable": "non calculable"},
        joined_by=" et ",
        is_behind="retard : {}",
        are_behind="retard : {}",
        on_track="tout est tenu",
        of_promised="{name} : {actual} sur {committed} ({status})",
        short="il manque {}",
        at_stake="enjeu : {}",
        call_now="MQL à appeler maintenant : {0}.",
        call_now_late="MQL à appeler maintenant : {0}, dont {1} en retard.",
        warnings="Contrôles de données en alerte : {} (table data_checks).",
        page="Rapport : {}",
        nothing="Aucun retard.",
        failed="la nuit a échoué",
        stands="La nuit du {} reste publiée.",
        none_published="Aucune nuit n'est encore publiée.",
        is_overdue="la nuit est en retard",
        overdue="La nuit du {as_of} était attendue à {schedule} ({zone}) et n'est pas encore publiée. Vérifiez que la "
        "planification tourne (sla ui), ou lancez-la à la main : sla run --account {account}.",
        an_address="(une adresse)",
    ),
}
