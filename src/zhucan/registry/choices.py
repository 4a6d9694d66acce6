"""What schooling, work and insurance can be, in the words of the registry."""

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


class Outcome(models.TextChoices):
    """How a time at school came to its end."""

    GRADUATED = "graduated", "毕业"
    COMPLETED = "completed", "结业"
    TRANSFERRED = "transferred", "转学"
    SUSPENDED = "suspended", "休学"
    LEFT = "left", "退学"


HIGHER = (Stage.SENIOR, Stage.VOCATIONAL, Stage.COLLEGE, Stage.BACHELOR, Stage.MASTER)
"""The stages above compulsory schooling."""


class TermAidKind(models.TextChoices):
    """两免一补: what a pupil of a poor family is spared or given by the term in compulsory schooling."""

    TUITION = "tuition", "免学杂费"
    TEXTBOOKS = "textbooks", "免书本费"
    BOARDING = "boarding", "寄宿生活补助"


class FollowUpKind(models.TextChoices):
    """What somebody is followed for, one entry each time."""

    GRADUATE = "graduate", "毕业生就业跟踪"
    MAINSTREAM = "mainstream", "转入普通园校回访"
    CALL = "call", "呼叫终端呼叫"


class WorkForm(models.TextChoices):
    """The forms of employment; each job is exactly one of them."""

    CONCENTRATED = "concentrated", "集中就业"
    QUOTA = "quota", "按比例就业"
    SELF_EMPLOYED = "self_employed", "个体就业或自谋职业"
    SHELTERED = "sheltered", "辅助性（庇护性）就业"
    ONLINE = "online", "网络就业"
    FARMING = "farming", "种养殖业"
    PUBLIC_POST = "public_post", "公益性岗位"
    PUBLIC_PAYROLL = "public_payroll", "财政供养"
    FLEXIBLE = "flexible", "灵活就业"
    OTHER = "other", "其他就业"
    UNSTATED = "unstated", "形式待核"


EMPLOYERS = (WorkForm.CONCENTRATED, WorkForm.QUOTA, WorkForm.PUBLIC_POST, WorkForm.PUBLIC_PAYROLL)
"""The forms with an employer whose staff somebody counts as, so at one employer at a time; part-time work is flexible."""
ALONE = (WorkForm.PUBLIC_POST, WorkForm.UNSTATED)
"""The forms beside which there is no other: a post for those without work, and what is not known yet."""


class Channel(models.TextChoices):
    """Where a very small business sells."""

    SHOP = "shop", "网店"
    LIVE = "live", "直播"
    SOCIAL = "social", "社交平台"
    PLATFORM = "platform", "平台接单"
    OTHER = "other", "其他线上渠道"


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
