"""The letter of a decision: a page to print, and the same as a tagged PDF."""

from typing import Any

from django.template.loader import render_to_string

from zhucan.cases import deciding
from zhucan.cases.models import Application, Decision
from zhucan.core import masking
from zhucan.core.money import from_fen, text
from zhucan.policy.catalogue import scheme
from zhucan.policy.parameters import PARAMETERS
from zhucan.policy.schemes import Cadence
from zhucan.reports.pages import printed


def letter(application: Application, decision: Decision) -> dict[str, Any]:
    """Return what the letter of a decision says; each source is named once, by its number."""
    item = scheme(application.scheme)
    numbers: dict[str, int] = {}
    reasons = [
        {**one, "number": numbers.setdefault(one["source"], len(numbers) + 1), "met": one["met"]}
        for one in decision.reasons
    ]
    amount = "" if decision.amount_fen is None else text(from_fen(decision.amount_fen))
    return {
        "application": application,
        "decision": decision,
        "scheme": item,
        "person": application.person,
        "identity": masking.resident_id(application.person.id_number),
        "amount": amount if decision.amount_fen else "",
        "each": "每月 " if item.cadence is Cadence.MONTHLY else "",
        "reasons": reasons,
        "sources": [(number, source) for source, number in numbers.items()],
        "standards": [
            PARAMETERS[name].label
            for name, value in decision.params.items()
            if value is not None and name in PARAMETERS
        ],
        "sealed": deciding.seal_of(decision) == decision.seal,
    }


def pdf(application: Application, decision: Decision) -> bytes:
    """Return the letter as a tagged PDF. Raises `CannotPrint` where Pango is not installed."""
    return printed(render_to_string("web/letter_file.html", letter(application, decision)))
