"""Lists of other departments: read as they come, matched, compared; each difference one doubt, settled once."""

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from io import StringIO
from pathlib import Path

import pytest
import xlsxwriter
from django.core.management import call_command
from django.core.management.base import CommandError
from hypothesis import given
from hypothesis import strategies as st

from tests.county import County, told
from zhucan.core import calendar
from zhucan.core.calendar import add_working_days
from zhucan.core.errors import ZhucanError
from zhucan.core.identifiers import check_character
from zhucan.orgs.clock import moment
from zhucan.orgs.models import Division, Role
from zhucan.registry import services
from zhucan.registry.crosschecks import comparing, importing, settling
from zhucan.registry.crosschecks.importing import ListResult, import_list
from zhucan.registry.crosschecks.matching import distance
from zhucan.registry.crosschecks.settling import DoubtRefused
from zhucan.registry.findings import set_insurance
from zhucan.registry.models import Benefit, Custody, Death, Doubt, Hardship, ImportBatch, Insurance, Person, Residence
from zhucan.registry.rosters.archive import UnusableRoster

AT = moment(date(2025, 6, 10))
Take = Callable[..., ListResult]


@pytest.fixture
def take(county: County, tmp_path: Path) -> Take:
    """Write a list as an office would, and take it in."""

    def taken(
        kind: str, header: Sequence[str], *rows: Sequence[object], suffix: str = ".csv", day: date | None = None,
        name: str = "", **more: object,
    ) -> ListResult:  # fmt: skip
        at = AT if day is None else moment(day)
        path = tmp_path / f"{name or f'名单{ImportBatch.objects.count()}'}{suffix}"
        if suffix == ".csv":
            lines = ["示例县死亡人员名单,,", ",".join(header), *(",".join(map(str, row)) for row in rows), "合计,2,"]
            path.write_bytes("\n".join(lines).encode("gb18030"))
        else:
            with xlsxwriter.Workbook(path) as book:
                sheet = book.add_worksheet("名单")
                sheet.write_row(0, 0, ["各县（市、区）名单"])
                for number, row in enumerate((header, *rows), start=2):
                    sheet.write_row(number, 0, row)
        return import_list(kind=kind, path=path, at=at, by=county.clerk, **{"division": county.a.code, **more})

    return taken


def _the(problem: str) -> Doubt:
    return Doubt.objects.get(problem=problem)


def _settle(doubt: Doubt, county: County) -> None:
    settling.accept(doubt=doubt, at=AT + timedelta(hours=1), by=county.clerk)


DEATHS = ("死者姓名", "公民身份号码", "死亡时间")


def test_a_deadline_that_no_holiday_table_reaches_is_filled_in_once_the_table_is_out(
    county: County, take: Take, monkeypatch: pytest.MonkeyPatch
):
    person = county.person()
    with monkeypatch.context() as without:
        without.setattr(importing, "deadline", lambda day, count: None)
        without.setattr(settling, "deadline", lambda day, count: None)
        take("death", DEATHS, (person.name, person.id_number, "2025-05-03"))
        doubt = _the("death_missing")
        assert doubt.due is None
        later = AT + timedelta(days=7)
        settling.refer(doubt=doubt, role=Role.APPROVER, place=county.a, reason="请复核", at=later, by=county.clerk)
        assert settling.fill_deadlines(division=county.a, at=later, by=county.clerk) == 0

    out = StringIO()
    call_command("case", "deadlines", "--division", county.a.code, stdout=out)

    doubt.refresh_from_db()
    assert doubt.due == add_working_days(later.date(), 10)  # from the day it was referred
    assert out.getvalue().strip() == "补上了 0 件申请、1 条疑点的期限。"


def test_a_notice_of_holidays_is_taken_in_and_what_waited_for_it_is_dated(
    county: County, take: Take, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(calendar, "_own", [])
    calendar.keep_years_in(tmp_path / "own.yaml")
    person = county.person()
    late = take("death", DEATHS, (person.name, person.id_number, "2026-12-01"), day=date(2026, 12, 28))
    assert late.new == 1
    assert _the("death_missing").due is None
    notice = tmp_path / "notice.yaml"
    notice.write_text("holidays:\n  2027: {off: [01-01..01-03], work: []}\n", encoding="utf-8")

    out = StringIO()
    call_command("import", "holidays", str(notice), stdout=out)
    call_command("case", "deadlines", "--division", county.a.code, stdout=out)

    assert "记下 2027 年" in out.getvalue()
    assert _the("death_missing").due == date(2027, 1, 12)  # three days of 2026, then seven of 2027


@pytest.mark.parametrize("suffix", [".csv", ".xlsx"])
def test_a_death_told_by_the_police_is_a_doubt_and_accepted_it_is_recorded_with_its_source(
    county: County, take: Take, suffix: str
):
    person = county.person()
    result = take("death", DEATHS, (person.name, person.id_number, "2025-05-03"), suffix=suffix)

    doubt = _the("death_missing")
    assert (result.new, result.exact, doubt.person, doubt.match) == (1, 1, person, "exact")
    assert (doubt.role, doubt.place, doubt.due) == (Role.COUNTY_CLERK, county.a, add_working_days(AT.date(), 10))
    assert "2025-05-03 死亡" in comparing.theirs(doubt)
    assert not Death.objects.exists()

    _settle(doubt, county)

    death = Death.objects.get()
    assert (death.person, death.valid_from) == (person, date(2025, 5, 3))
    assert "公安死亡名单" in death.source
    again = take("death", DEATHS, (person.name, person.id_number, "2025-05-03"), suffix=suffix)
    assert (again.agree, again.new) == (1, 0)


def test_the_same_list_twice_makes_no_new_doubt(county: County, take: Take):
    people = [county.person() for _ in range(3)]
    rows = [(one.name, one.id_number, "2025-05-03") for one in people]
    take("death", DEATHS, *rows)
    again = take("death", DEATHS, *rows, name="又一次")

    assert (again.new, again.known, again.repeated, Doubt.objects.count()) == (0, 3, 0, 3)


def test_an_error_said_again_is_counted_for_its_source(county: County, take: Take):
    person = county.person()
    take("death", DEATHS, (person.name, person.id_number, "2025-05-03"))
    settling.reject(doubt=Doubt.objects.get(), reason="上门见到本人", at=AT, by=county.clerk)
    later = take("death", ("姓名", "身份证号", "死亡日期"), (person.name, person.id_number, "2025/5/3"))

    (record,) = settling.records(Doubt.objects.all())
    assert (later.new, later.repeated) == (0, 1)
    assert (record.source, record.rejected, record.repeats, record.percent_wrong) == ("公安", 1, 1, 100)
    assert not Death.objects.exists()


def test_once_the_registry_has_changed_the_same_word_is_a_new_difference(county: County, take: Take):
    person = county.person()
    take("dibao", ("姓名", "身份证号", "低保类型"), (person.name, person.id_number, "低保"))
    _settle(_the("hardship_missing"), county)
    services.end_hardship(person=person, day=date(2025, 7, 1), witness=told("2025-07-02"))
    later = take(
        "dibao", ("姓名", "身份证号", "低保类型"), (person.name, person.id_number, "低保"), day=date(2025, 8, 1)
    )

    assert later.new == 1


def test_a_name_with_a_wrong_number_is_only_suspected(county: County, take: Take):
    person = county.person(born=date(1966, 4, 9))
    services.rename(person=person, day=date(2020, 1, 1), name="沈晓梅", witness=told("2020-01-02"))
    number = person.id_number[:16] + {"1": "2"}.get(person.id_number[16], "1") + person.id_number[17]
    take("death", DEATHS, ("沈小梅", number, "2025-05-03"))

    doubt = Doubt.objects.get()
    assert (doubt.person, doubt.match) == (person, "fuzzy")
    assert 60 <= doubt.score < 100
    assert "姓名同音" in doubt.because
    assert "出生日期相同" in doubt.because
    assert doubt.role == Role.TOWNSHIP_CLERK
    with pytest.raises(DoubtRefused):
        settling.accept_all(doubts=[doubt], at=AT, by=county.clerk)
    assert not Death.objects.exists()


def test_a_number_under_another_name_is_only_suspected(county: County, take: Take):
    person = county.person()
    services.rename(person=person, day=date(2020, 1, 1), name="沈晓梅", witness=told("2020-01-02"))
    take("death", DEATHS, ("欧阳明", person.id_number, "2025-05-03"))

    assert (Doubt.objects.get().match, Doubt.objects.get().because) == ("fuzzy", "身份证号一致，姓名不同")


def test_without_any_number_name_birth_and_village_decide_who_is_suspected(county: County, take: Take):
    town = Division.objects.create(code="330499001000", name="示例镇", level="township", parent=county.a)
    villages = [
        Division.objects.create(code=f"33049900100{n}", name=f"示例{n}村", level="village", parent=town) for n in (1, 2)
    ]
    people = []
    for village in villages:
        person = county.person(born=date(1966, 4, 9))
        services.rename(person=person, day=date(2020, 1, 1), name="沈晓梅", witness=told("2020-01-02"))
        services.move(person=person, day=date(2020, 1, 1), division=village, witness=told("2020-01-01"))
        people.append(person)
    header = ("姓名", "性别", "出生日期", "村（社区）", "死亡日期")
    sex = {"male": "男", "female": "女"}[people[1].sex]
    take(
        "death",
        header,
        ("沈晓梅", sex, "1966-04-09", "示例2村", "2025-05-03"),
        ("沈晓梅", sex, "1931-01-01", "", "2025-05-03"),
    )

    doubt = Doubt.objects.get()
    assert (doubt.person, doubt.place) == (people[1], town)


def test_a_sound_number_of_somebody_else_is_nobody_of_ours(county: County, take: Take):
    person = county.person(born=date(1966, 4, 9))
    services.rename(person=person, day=date(2020, 1, 1), name="沈晓梅", witness=told("2020-01-02"))
    body = "330499196604098"
    other = next(
        number for n in range(10, 99)
        if distance(number := body + f"{n}" + check_character(body + f"{n}"), person.id_number) > 2
    )  # fmt: skip
    result = take("death", DEATHS, (person.name, other, "2025-05-03"))

    assert (result.new, len(result.unknown)) == (0, 1)
    assert result.marked is not None
    assert result.marked.exists()
    assert ImportBatch.objects.get().counts["unknown"] == 1


@pytest.mark.parametrize(
    ("kind", "header", "cells", "problem", "model"),
    [
        ("custody", ("姓名", "身份证号", "入狱日期"), ("2025-02-01",), "custody_missing", Custody),
        (
            "insurance",
            ("姓名", "社会保障号码", "险种", "参保日期"),
            ("城乡居民养老", "2024-01-01"),
            "insurance_missing",
            Insurance,
        ),
        ("move", ("姓名", "身份证号", "迁出日期", "迁往地"), ("2025-03-01", "示例乙县"), "moved", Residence),
        (
            "work-injury",
            ("姓名", "身份证号", "起始日期", "月金额"),
            ("2025-01-01", "800.50"),
            "benefit_missing",
            Benefit,
        ),
        ("dibao", ("姓名", "身份证号", "救助类型", "起始日期"), ("特困", "2025-01-01"), "hardship_missing", Hardship),
    ],
)
def test_each_kind_of_list_raises_its_doubt_and_settles_it(
    county: County, take: Take, kind: str, header: tuple[str, ...], cells: tuple[str, ...], problem: str, model: type
):
    person = county.person()
    take(kind, header, (person.name, person.id_number, *cells))

    doubt = _the(problem)
    assert comparing.theirs(doubt)
    _settle(doubt, county)

    spells = comparing.spells_of(kind, [person.pk])[person.pk]
    assert comparing.problem_of(kind, doubt.claim, spells, AT.date()) == ""
    assert any(f"疑点 {doubt.pk}" in one.source for one in comparing.ours(doubt))
    assert model.objects.filter(person=person, retracted_at=None).exists()


def test_an_accepted_insurance_list_lets_the_other_pension_end(county: County, take: Take):
    person = county.person()
    set_insurance(person=person, day=date(2023, 1, 1), kind="employee_pension", witness=told("2023-01-02"))
    header = ("姓名", "社会保障号码", "险种", "参保日期")
    take("insurance", header, (person.name, person.id_number, "城乡居民养老", "2024-01-01"))

    _settle(Doubt.objects.get(), county)

    held = Insurance.objects.filter(person=person).as_known().on(AT.date())
    assert [one.kind for one in held] == ["resident_pension"]


def test_what_the_list_says_has_ended_is_ended(county: County, take: Take):
    person = county.person()
    county.dibao(person)
    services.enter_custody(person=person, day=date(2024, 1, 1), witness=told("2024-01-02"))
    services.add_benefit(
        person=person, kind="work_injury_nursing", start=date(2024, 1, 1), stop=None, amount_fen=80000,
        witness=told("2024-01-02"),
    )  # fmt: skip
    who = (person.name, person.id_number)
    take("dibao", ("姓名", "身份证号", "退出日期"), (*who, "2025-04-01"))
    take("custody", ("姓名", "身份证号", "入狱日期", "释放日期"), (*who, "2024-01-01", "2025-04-01"))
    take("work-injury", ("姓名", "身份证号", "起始日期", "终止日期"), (*who, "2024-01-01", "2025-04-01"))

    assert set(Doubt.objects.values_list("problem", flat=True)) == {"hardship_ended", "custody_ended", "benefit_ended"}
    for doubt in Doubt.objects.all():
        _settle(doubt, county)
    for model in (Hardship, Custody, Benefit):
        assert model.objects.get(person=person, retracted_at=None).valid_to == date(2025, 4, 1)


def test_who_is_missing_on_a_whole_list_is_a_doubt_and_accepted_the_standing_is_not_known(county: County, take: Take):
    on, off, other = (county.person() for _ in range(3))
    for person in (on, off):
        county.dibao(person)
    result = take("dibao", ("姓名", "身份证号"), (on.name, on.id_number), whole=True)

    doubt = Doubt.objects.get()
    assert (result.agree, result.off_list, result.exact, doubt.person) == (1, 1, 0, off)
    _settle(doubt, county)
    assert not Hardship.objects.filter(person=off).as_known().on(AT.date()).exists()
    assert not Doubt.objects.filter(person=other).exists()


def test_bad_rows_come_back_with_a_sentence_each_and_the_others_are_taken(county: County, take: Take):
    good, far, young = county.person(), county.person(), county.person(born=date(2020, 1, 1))
    services.move(person=far, day=date(2024, 1, 1), division=county.b, witness=told("2024-01-01"))
    result = take(
        "death", DEATHS,
        (good.name, good.id_number, "2025-05-03"),
        (far.name, far.id_number, "2025-05-03"),
        (young.name, young.id_number, "2019-05-03"),
        (young.name, young.id_number, "2029-05-03"),
        (young.name, young.id_number, ""),
        ("", "33049", "2025-05-03"),
    )  # fmt: skip

    said = [row.faults[0].sentence for row in result.rejected]
    assert result.new == 1
    assert len(said) == 5
    for words in ("户籍不在示例县", "早于出生日期", "还没有到", "没有填写死亡时间", "认不出是谁"):
        assert any(words in one for one in said), words
    assert not any(one.id_number in "".join(said) for one in (good, far, young))


@pytest.mark.parametrize(
    ("kind", "header", "words"),
    [
        ("death", ("序号", "死亡日期"), "“身份证号”或“姓名”"),
        ("death", ("姓名", "身份证号"), "“死亡日期”"),
        ("move", ("姓名", "迁出日期"), "“迁往地”"),
    ],
)
def test_a_wrong_file_is_refused_whole(county: County, take: Take, kind: str, header: tuple[str, ...], words: str):
    with pytest.raises(UnusableRoster, match=words):
        take(kind, header, ("1", "2025-05-03"))

    assert not ImportBatch.objects.exists()


def test_a_death_on_another_day_corrects_the_day(county: County, take: Take):
    person = county.person()
    services.record_death(person=person, day=date(2025, 5, 1), witness=told("2025-05-09"))
    take("death", DEATHS, (person.name, person.id_number, "2025-05-03"))
    _settle(_the("death_day"), county)

    assert Death.objects.get(retracted_at=None).valid_from == date(2025, 5, 3)


def test_a_doubt_is_settled_once_and_only_with_a_reason_where_the_list_is_wrong(county: County, take: Take):
    person = county.person()
    take("death", DEATHS, (person.name, person.id_number, "2025-05-03"))
    doubt = Doubt.objects.get()
    with pytest.raises(DoubtRefused):
        settling.reject(doubt=doubt, reason=" ", at=AT, by=None)
    settling.refer(doubt=doubt, role=Role.TOWNSHIP_CLERK, place=county.a, reason="请上门", at=AT, by=county.clerk)
    assert Doubt.objects.get().role == Role.TOWNSHIP_CLERK
    with pytest.raises(DoubtRefused):
        settling.refer(doubt=doubt, role=Role.TOWNSHIP_CLERK, place=county.a, reason="再来", at=AT, by=county.clerk)
    _settle(doubt, county)
    for again in (settling.accept, settling.refer, settling.reject):
        more = {} if again is settling.accept else {"reason": "x"}
        more |= {"role": Role.COUNTY_CLERK, "place": county.b} if again is settling.refer else {}
        with pytest.raises(DoubtRefused):
            again(doubt=doubt, at=AT, by=None, **more)


def test_one_that_cannot_be_recorded_holds_all_of_a_bulk_back(county: County, take: Take):
    people = [county.person() for _ in range(2)]
    take("death", DEATHS, *[(one.name, one.id_number, "2025-05-03") for one in people])
    services.record_death(person=people[1], day=date(2025, 5, 1), witness=told("2025-06-10"))
    with pytest.raises(ZhucanError):
        settling.accept_all(doubts=list(Doubt.objects.order_by("pk")), at=AT, by=county.clerk)

    assert Doubt.objects.filter(status="open").count() == 2
    assert Death.objects.count() == 1


def test_the_command_takes_a_list_and_tells_what_came_of_it(county: County, tmp_path: Path, capsys):
    person = Person.objects.get(pk=county.person().pk)
    path = tmp_path / "死亡.csv"
    path.write_text(f"姓名,身份证号,死亡日期\n{person.name},{person.id_number},2025-05-03\n", encoding="utf-8")
    call_command("import", "list", "death", str(path), "--division", "330499")

    assert "新疑点 1 条" in capsys.readouterr().out
    for wrong in (("list", str(path)), ("people", "death", str(path)), ("list", "dibao", str(path), "--whole")):
        with pytest.raises(CommandError):
            call_command("import", *wrong)
    assert Doubt.objects.count() == 1


@given(st.text("甲乙丙丁", max_size=6), st.text("甲乙丙丁", max_size=6))
def test_a_distance_is_the_same_both_ways_and_nothing_only_between_equals(one: str, other: str):
    assert distance(one, other) == distance(other, one)
    assert (distance(one, other) == 0) == (one == other)
    assert distance(one, other) <= max(len(one), len(other))
