"""What schooling and insurance can be, in the words of the registry."""

from django.db import models


class Stage(models.TextChoices):
    """The stages of schooling."""

    KINDERGARTEN = "kindergarten", "学前"
    PRIMARY = "primary", "小学"
    JUNIOR = "junior", "初中"
    SENIOR = "senior", "普通高中"
    VOCATIONAL = "vocational", "中等职业"
    COLLEGE = "college", "大专"
    BACHELOR = "bachelor", "本科"
    MASTER = "master", "研究生"


class Placement(models.TextChoices):
    """How somebody is schooled (ED-01)."""

    REGULAR = "regular", "随班就读"
    SPECIAL_CLASS = "special_class", "特教班"
    SPECIAL_SCHOOL = "special_school", "特教学校"
    HOME = "home", "送教上门"
    ORDINARY = "ordinary", "普通就读"


class InsuranceKind(models.TextChoices):
    """The social insurances, each enrolment exactly one of them."""

    RESIDENT_PENSION = "resident_pension", "城乡居民养老保险"
    EMPLOYEE_PENSION = "employee_pension", "职工养老保险"
    OTHER_PENSION = "other_pension", "其他养老保险"
    RESIDENT_MEDICAL = "resident_medical", "城乡居民医疗保险"
    EMPLOYEE_MEDICAL = "employee_medical", "职工医疗保险"
    ACCIDENT = "accident", "残疾人意外伤害保险"


PENSIONS = (InsuranceKind.RESIDENT_PENSION, InsuranceKind.EMPLOYEE_PENSION, InsuranceKind.OTHER_PENSION)
MEDICAL = (InsuranceKind.RESIDENT_MEDICAL, InsuranceKind.EMPLOYEE_MEDICAL)
"""Of each of these somebody has one at a time."""


class Payer(models.TextChoices):
    """Who pays the person's part of an insurance."""

    SELF = "self", "本人"
    GOVERNMENT = "government", "政府"
    EMPLOYER = "employer", "单位"
