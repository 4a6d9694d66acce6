"""The invented county, made as a new user makes it: by the command, in an empty folder."""

import json
import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from zhucan.policy.steps import FLOWS, State


def _zhucan(home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {key: value for key, value in os.environ.items() if key != "ZHUCAN_DATABASE"}
    environment |= {"ZHUCAN_HOME": str(home), "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    return subprocess.run(
        [sys.executable, "-m", "zhucan", *arguments], env=environment, capture_output=True, text=True, check=False
    )


def _demo(home: Path, people: int, months: int) -> Path:
    done = _zhucan(home, "demo", "--people", str(people), "--months", str(months))
    assert done.returncode == 0, done.stderr
    return home


def _asked(home: Path, select: str) -> list[tuple[object, ...]]:
    with sqlite3.connect(home / "zhucan.sqlite3") as database:
        return database.execute(select).fetchall()


@pytest.fixture(scope="module")
def year(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return _demo(tmp_path_factory.mktemp("demo") / "home", 300, 14)


def test_the_whole_of_it_verifies(year: Path):
    done = _zhucan(year, "verify")

    assert done.returncode == 0, done.stdout + done.stderr


def test_deaths_learnt_late_are_recovered_with_their_cause(year: Path):
    assert _asked(year, "SELECT COUNT(*) FROM payments_line WHERE kind = 'recovery' AND cause = 'died' AND booked")[
        0
    ] > (0,)


def test_a_standard_raised_late_is_made_up(year: Path):
    rows = _asked(
        year, "SELECT COUNT(*) FROM payments_line WHERE kind = 'arrears' AND cause = 'standard_raised' AND booked"
    )

    assert rows[0] > (0,)


def test_the_years_report_lies_ready_in_three_forms(year: Path):
    files = sorted(path.suffix for path in (year / "reports").iterdir())
    data = json.loads(next((year / "reports").glob("*.json")).read_text(encoding="utf-8"))

    assert files == [".docx", ".json", ".pdf"]
    assert data["sections"][-1]["heading"].endswith("2026年工作计划")
    assert {figure["indicator"] for figure in data["figures"]} >= {"holders", "subsidies-amount", "subsidies-debt"}


def test_it_builds_only_in_an_empty_database(year: Path):
    done = _zhucan(year, "demo", "--people", "50", "--months", "1")

    assert done.returncode == 1
    assert len(done.stderr.strip().splitlines()) == 1


def test_the_same_seed_gives_the_same_county(tmp_path: Path):
    select = (
        "SELECT r.month, l.person_id, l.scheme, l.month, l.kind, l.cause, l.amount_fen FROM payments_line l"
        " JOIN payments_run r ON r.id = l.run_id ORDER BY 1, 2, 3, 4, 5, 6, 7"
    )
    one, two = _demo(tmp_path / "one", 100, 2), _demo(tmp_path / "two", 100, 2)

    assert _asked(one, select) == _asked(two, select)
    assert _asked(one, select)
    for told in (
        "SELECT name, born FROM registry_person ORDER BY id",
        "SELECT person_id, scheme, state, due_on FROM cases_application ORDER BY id",
        "SELECT person_id, problem, status FROM registry_doubt ORDER BY id",
        "SELECT person_id, list FROM cases_foundrow ORDER BY id",
    ):
        assert _asked(one, told) == _asked(two, told)
        assert _asked(one, told)


def _states(home: Path, scheme: str = "%") -> set[object]:
    return {state for (state,) in _asked(home, f"SELECT state FROM cases_application WHERE scheme LIKE '{scheme}'")}


def test_applications_stand_in_every_state_of_their_flows(year: Path):
    every = {state.value for flow in FLOWS for state in flow.states} - {State.DRAFT.value}

    assert _states(year) == every


def test_where_papers_are_awaited_the_clock_stands(year: Path):
    rows = _asked(year, "SELECT paused_on, due_on FROM cases_application WHERE state = 'correcting'")

    assert rows
    assert all(paused is not None and due is not None for paused, due in rows)


def test_a_refusal_was_reviewed_and_granted_by_somebody_else(year: Path):
    rows = _asked(
        year,
        "SELECT old.state, new.state, (SELECT m.by_id FROM cases_move m WHERE m.application_id = old.id AND"
        " m.step = 'refuse'), (SELECT m.by_id FROM cases_move m WHERE m.application_id = new.id AND m.step = 'approve')"
        " FROM cases_application new JOIN cases_application old ON old.id = new.review_of_id",
    )

    assert [row[:2] for row in rows] == [("refused", "approved")]
    assert rows[0][2] != rows[0][3]


def test_who_moved_away_is_handled_where_they_live_now(year: Path):
    rows = _asked(
        year,
        "SELECT old.division_id, new.division_id, new.state FROM cases_application new"
        " JOIN cases_application old ON old.id = new.transferred_from_id",
    )

    assert rows == [("330499000000", "330498000000", "submitted")]


def test_a_mother_asked_once_for_four_things_and_her_child_has_the_certificate(year: Path):
    rows = _asked(
        year,
        "SELECT a.scheme, a.state, b.event, b.channel, b.relation FROM cases_application a JOIN cases_bundle b"
        " ON b.id = a.bundle_id WHERE b.event = 'child_diagnosed' ORDER BY a.id",
    )
    cards = _asked(
        year,
        "SELECT c.category, c.grade FROM registry_certificate c JOIN registry_person p ON p.id = c.person_id"
        " WHERE p.name = '林小满' AND c.retracted_at IS NULL",
    )

    assert [row[:2] for row in rows] == [
        ("certificate-new", "delivered"),
        ("child-rehabilitation", "assessing"),
        ("device-hearing-aid", "checked"),
        ("nursing-subsidy", "publicised"),
    ]
    assert {row[2:] for row in rows} == {("child_diagnosed", "online", "guardian")}
    assert cards == [("hearing", 1)]


def test_the_guardian_of_the_demo_reads_the_childs_file(year: Path):
    rows = _asked(
        year,
        "SELECT p.name FROM registry_holder h JOIN registry_person p ON p.id = h.person_id"
        " JOIN orgs_user u ON u.id = h.user_id WHERE u.username = 'guardian'",
    )

    assert ("林小满",) in rows


def test_papers_are_attached_and_open_as_pictures(year: Path):
    papers = _asked(year, "SELECT code, digest FROM cases_materialfile")
    files = {path.name: path.read_bytes() for path in (year / "documents").iterdir()}

    assert {"photo_before", "photo_after", "acceptance_sheet"} <= {code for code, _ in papers}
    assert all(files[str(digest)].startswith(b"\x89PNG") for _, digest in papers)


def test_an_assessment_is_booked_and_another_has_its_finding(year: Path):
    rows = _asked(year, "SELECT booked_for, found_on FROM cases_assessment")

    assert any(found is None for _, found in rows)
    assert any(found is not None for _, found in rows)


def test_homes_are_being_adapted_and_the_builder_is_named(year: Path):
    paid_to = _asked(
        year,
        "SELECT DISTINCT i.name FROM cases_award a JOIN orgs_institution i ON i.id = a.payee_id"
        " WHERE a.scheme = 'home-adaptation'",
    )

    assert _states(year, "home-adaptation") == {
        "submitted", "surveyed", "publicised", "approved", "built", "accepted"
    }  # fmt: skip
    assert paid_to == [("示例县安居工程队",)]


def test_services_reliefs_and_medicine_are_under_way(year: Path):
    plans = _asked(year, "SELECT discipline, monthly_units IS NOT NULL, closed_on IS NOT NULL FROM delivery_plan")

    assert ("mobility", 0, 0) in plans
    assert ("mobility", 0, 1) in plans
    assert ("home_care", 1, 0) in plans
    assert _asked(year, "SELECT COUNT(*) FROM delivery_session")[0] > (20,)
    assert _asked(year, "SELECT COUNT(*) FROM delivery_relief WHERE valid_to > '2026-06-01'") == [(1,)]
    assert _asked(year, "SELECT COUNT(*) FROM delivery_pickup")[0] > (5,)


def test_goods_were_handed_out_and_one_came_back_broken(year: Path):
    kinds = {kind for (kind,) in _asked(year, "SELECT kind FROM delivery_move")}

    assert {"receive", "issue", "return_broken"} <= kinds


def test_those_who_miss_something_were_told_and_some_of_them_granted_since(year: Path):
    looks = _asked(year, "SELECT people FROM cases_keptlook")
    outcomes = {one for (one,) in _asked(year, "SELECT outcome FROM cases_approach")}
    proved = _asked(
        year,
        "SELECT COUNT(*) FROM cases_award a JOIN cases_approach t ON t.person_id = a.person_id AND t.scheme = a.scheme"
        " WHERE t.outcome = 'informed' AND a.applied_on >= t.\"on\"",
    )

    assert len(looks) == 1
    assert outcomes == {"informed", "applied", "refused", "not_entitled"}
    assert proved[0] > (0,)
    assert _asked(year, "SELECT COUNT(*) FROM cases_foundrow WHERE list = 'entitled'")[0] > (0,)


def test_lists_of_others_left_doubts_in_several_states(year: Path):
    rows = _asked(year, 'SELECT kind, status, "match", role, repeats FROM registry_doubt')

    assert {row[:2] for row in rows} == {
        ("death", "accepted"), ("death", "rejected"), ("death", "open"), ("custody", "open")
    }  # fmt: skip
    assert {row[2] for row in rows} == {"exact", "fuzzy"}
    assert {row[3] for row in rows if row[1] == "open"} == {"county_clerk", "township_clerk"}
    assert sum(int(str(row[4])) for row in rows) == 1
    assert sorted(path.suffix for path in (year / "lists").iterdir()) == [".csv", ".csv", ".csv"]
