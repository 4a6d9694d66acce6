"""How often one may ask holds for all that answer together, and is forgotten soon."""

import threading
import time
from datetime import timedelta

import pytest
from django.db import connection, connections

from zhucan.orgs.clock import now
from zhucan.web.limits import too_often
from zhucan.web.models import Asked


@pytest.mark.django_db
def test_the_one_time_too_many_is_told_and_another_reader_is_not_meant():
    assert [too_often("address:a", 3, 3600) for _ in range(5)] == [False, False, False, True, True]
    assert not too_often("address:b", 3, 3600)


@pytest.mark.django_db(transaction=True)
def test_all_that_answer_count_together():
    told: list[bool] = []

    def ask() -> None:
        told.extend([too_often("address:a", 20, 3600) for _ in range(10)])
        connections.close_all()

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert told.count(True) == 20


@pytest.mark.django_db
def test_after_the_span_one_may_ask_again():
    while not too_often("address:a", 1, 2):
        pass
    time.sleep(2.1)

    assert not too_often("address:a", 1, 2)


@pytest.mark.django_db
def test_what_is_counted_in_the_database_names_nobody_and_does_not_stay():
    Asked.objects.create(who="0" * 32, until=now() - timedelta(hours=2), times=7)

    too_often("address:192.0.2.7", 9)

    kept = list(Asked.objects.values_list("who", "times"))
    if connection.vendor == "postgresql":
        assert [times for _, times in kept] == [1]  # the old one is forgotten
    assert "192.0.2.7" not in str(kept)
