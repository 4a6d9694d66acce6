"""What the people of the demo county do: work in one form, go to school, or would like to work. Drawn from each one's own
number, so that nothing else that is drawn changes with it."""

import random
from datetime import date

from zhucan.demo.chronicle import Chronicle
from zhucan.demo.people import Resident
from zhucan.registry.choices import WorkForm
from zhucan.registry.models import Finding, Job, Schooling

_FORMS = (
    (WorkForm.QUOTA, 30), (WorkForm.CONCENTRATED, 22), (WorkForm.FARMING, 18), (WorkForm.SELF_EMPLOYED, 14), (WorkForm.FLEXIBLE, 8),
    (WorkForm.SHELTERED, 6), (WorkForm.ONLINE, 2),
)  # fmt: skip
_FARMS = (("山羊", "只", 40), ("土鸡", "只", 300), ("稻田", "亩", 8), ("茶园", "亩", 5))
_SHOPS = (("", ""), ("shop", "竹编"), ("live", "茶叶"), ("social", "手工布鞋"))
_SCHOOL_YEAR = 9


def tell(say: Chronicle, person: Resident, day: date) -> None:
    """Tell what a newly registered person does on a day, since some time before."""
    dice, age = random.Random(person.number), person.age(day)
    if 16 <= age < 60 and not person.stays and not person.custody:
        working = dice.random() < (0.2 if person.grade == 1 else 0.5)
        if working:
            say.begin(Job, person.key, date(day.year - dice.randrange(1, 4), dice.randrange(1, 13), 1), *_job(dice))
        able = working or person.grade > 1 or dice.random() < 0.3
        wants = working or (able and dice.random() < 0.5)
        for kind, said in (("wants_work", wants), ("can_work", able)):
            say.add(Finding, person.key, day, None, kind, "", int(said), "")
    elif 6 <= age < 15 and dice.random() < 0.9:
        say.begin(
            Schooling,
            person.key,
            date(day.year - (day.month < _SCHOOL_YEAR), _SCHOOL_YEAR, 1),
            *_school(dice, person, age),
        )
        say.add(Finding, person.key, day, None, "roll_checked", "", None, "")


def _job(dice: random.Random) -> tuple[object, ...]:
    """Return the columns of `Job`."""
    form = dice.choices([one for one, _ in _FORMS], [weight for _, weight in _FORMS])[0]
    workplace = licence = channel = product = scale = ""
    if form in (WorkForm.QUOTA, WorkForm.CONCENTRATED):
        workplace = f"示例{dice.choice(('纺织', '电子', '竹木', '食品'))}厂"
    elif form is WorkForm.FARMING:
        product, unit, most = dice.choice(_FARMS)
        scale = f"{dice.randrange(2, most + 1)} {unit}"
    elif form in (WorkForm.SELF_EMPLOYED, WorkForm.ONLINE):
        workplace = f"示例{dice.choice(('小店', '修理铺', '按摩店', '网店'))}{dice.randrange(1, 90)}号"
        channel, product = dice.choice(_SHOPS[1:] if form is WorkForm.ONLINE else _SHOPS)
    income = dice.randrange(12, 45) * 100_00
    return form.value, workplace, licence, channel, product, scale, None, income, "", True


def _school(dice: random.Random, person: Resident, age: int) -> tuple[object, ...]:
    """Return the columns of `Schooling`."""
    junior = age >= 12
    placement = dice.choices(
        ("regular", "ordinary", "special_school", "home"), (5, 1, 3, 2 if person.grade == 1 else 0)
    )[0]
    level = "中学" if junior else "小学"
    school = "示例特教学校" if placement == "special_school" else f"示例第{dice.choice('一二三')}{level}"
    year = min(max(age - (11 if junior else 5), 1), 3 if junior else 6)
    group = "" if placement == "home" else f"{dice.randrange(1, 5)}班"
    support = {"regular": "资源教师", "home": "送教上门"}.get(placement, "无")
    return (
        "junior" if junior else "primary",
        placement,
        school,
        True,
        placement == "special_school",
        year,
        group,
        support,
        "",
    )
