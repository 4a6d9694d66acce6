"""How long pages take in a county of many people: each asked for many times, as a clerk, through the whole stack."""

import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from datetime import date
from functools import partial
from typing import Any

from zhucan.core.months import Month
from zhucan.payments.bench import COUNTY, BenchFailed, county

_TIMES = 40
_LIMIT, _SEARCH_LIMIT = 150, 50  # milliseconds at the 95th percentile


def bench_pages(people: int, month: Month, database: str = "") -> dict[str, Any]:
    """Return milliseconds of every page at the median, the 95th percentile and the first time, in a county of so many.

    `ratio_to_limit` is that of the slowest page to its limit. Pages whose first answer counts everybody are slower
    once; the counts are kept for some minutes.
    """
    with county(people, month, database) as (environment, _):
        done = subprocess.run(
            [sys.executable, "-m", "zhucan.office.bench"], env=environment, capture_output=True, text=True, check=False
        )
    if done.returncode:
        raise BenchFailed(f"测速时打开网页没有成功：{done.stderr.strip()[-600:]}")
    pages: dict[str, dict[str, float]] = json.loads(done.stdout)
    worst = max(pages.values(), key=lambda page: page["p95_ms"] / page["limit_ms"])
    return {
        "people": people,
        "database": "postgresql" if database else "sqlite",
        "times": _TIMES,
        "pages": pages,
        "ratio_to_limit": round(worst["p95_ms"] / worst["limit_ms"], 2),
    }


def measure() -> dict[str, dict[str, float]]:
    """Return the milliseconds of each page of the database of this process."""
    import logging

    from django.conf import settings
    from django.test import Client
    from django.urls import reverse

    from zhucan.orgs.divisions import division
    from zhucan.orgs.models import Appointment, Role, User
    from zhucan.payments.models import Line, Run
    from zhucan.registry.models import Certificate, Person

    logging.disable(logging.CRITICAL)
    settings.ZHUCAN_ASKED_A_MINUTE = 10**6  # nobody clicks as fast as this
    clients = {}
    for role in (Role.COUNTY_CLERK, Role.AUDITOR):
        user = User.objects.create(username=f"bench-{role}", full_name="测速")
        Appointment.objects.create(user=user, role=role, division=division(COUNTY), valid_from=date(2020, 1, 1))
        clients[role] = Client(SERVER_NAME="localhost", headers={"accept": "text/html"})
        clients[role].force_login(user)
    run = Run.objects.latest("pk")
    some = list(
        Person.objects.filter(pk__in=Line.objects.filter(run=run)[:2000].values("person")).order_by("pk")[:_TIMES]
    )
    card = Certificate.objects.filter(person=some[0], retracted_at=None, valid_to=None).get()
    lines = list(Line.objects.filter(run=run).order_by("pk")[:_TIMES])
    people, at = reverse("office:people"), range(_TIMES)
    addresses: dict[str, list[str]] = {
        "workbench": [reverse("office:home") for _ in at],
        "people": [f"{people}?page={number % 20 + 1}" for number in at],
        "people, filtered": [f"{people}?category=physical&grade=2&hardship=dibao" for _ in at],
        "people, expiring": [f"{people}?expiring=6" for _ in at],
        "person": [reverse("office:people-file", args=[person.pk]) for person in some],
        "entitlements": [reverse("office:people-entitlements", args=[person.pk]) for person in some],
        "runs": [reverse("office:runs") for _ in at],
        "run": [reverse("office:runs-run", args=[run.pk]) for _ in at],
        "run, new lines": [f"{reverse('office:runs-run', args=[run.pk])}?kind=same&page={n + 1}" for n in at],
        "line": [reverse("office:runs-line", args=[line.pk]) for line in lines],
        "failed": [reverse("office:runs-failed") for _ in at],
        "recoveries": [reverse("office:runs-recoveries") for _ in at],
        "standards": [reverse("office:standards") for _ in at],
        "indicators": [reverse("office:indicators") for _ in at],
        "indicator": [f"{reverse('office:indicators-figure')}?id=holders&by=division&page={n + 1}" for n in at],
        "reports": [reverse("office:reports") for _ in at],
        "audit": [reverse("office:audit") for _ in at],
    }
    searches: dict[str, list[str]] = {
        "search by name": [person.name for person in some],
        "search by surname": [person.name[0] for person in some],
        "search by initials": [person.initials.split()[0] for person in some],
        "search by ID number": [person.id_number for person in some],
        "search by certificate": [card.number for _ in at],
    }
    found = {}
    for name, asked in addresses.items():
        client = clients[Role.AUDITOR if name == "audit" else Role.COUNTY_CLERK]
        found[name] = _timed([partial(client.get, address) for address in asked], _LIMIT)
    for name, typed in searches.items():
        post = clients[Role.COUNTY_CLERK].post
        asks = [partial(post, people, {"q": text}) for text in typed]
        found[f"{name}, whole page"] = _timed(asks, _LIMIT)
        while_typing = [partial(ask, headers={"x-requested-with": "fetch"}) for ask in asks]
        found[name] = _timed(while_typing, _SEARCH_LIMIT)
    return found


def _timed(asks: Sequence[Callable[[], Any]], limit: int) -> dict[str, float]:
    took = []
    for ask in asks:
        started = time.perf_counter()
        answer = ask()
        took.append((time.perf_counter() - started) * 1000)
        if answer.status_code != 200:
            raise BenchFailed(f"{answer.request['PATH_INFO']} 回答了 {answer.status_code}。")
    rest = sorted(took[1:])
    return {
        "median_ms": round(statistics.median(rest), 1),
        "p95_ms": round(rest[int(len(rest) * 0.95)], 1),
        "first_ms": round(took[0], 1),
        "limit_ms": limit,
    }


if __name__ == "__main__":
    import os

    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "zhucan.config.settings")
    django.setup()
    json.dump(measure(), sys.stdout, ensure_ascii=False)
