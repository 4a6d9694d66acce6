"""The figures of casework: needs served, tiers and referrals, files that are followed, counselling, stays in hospital."""

from collections.abc import Iterator

from zhucan.casework.models import Kind
from zhucan.delivery.models import Tier
from zhucan.indicators import mechanisms
from zhucan.indicators.casework import REHABILITATION
from zhucan.indicators.declared import Indicator, Measure, Ratio
from zhucan.indicators.registers import listed
from zhucan.policy.rehabilitation.needs import NEEDS

_DEAF = ("hearing-speech-training", "cochlear-training")
_DOES = "归办理县，县以下按当日户籍地统计"
_ONCE = "，同一人只计一次"


def figures() -> Iterator[Indicator]:
    """Yield the figures of needs, tiers, referrals, files, mechanisms and counselling."""
    yield from mechanisms.figures()
    yield from _of_needs()
    yield from _of_referrals()
    yield from _of_files()
    of = f"scheme IN ({listed(REHABILITATION)})"
    for tier, label in Tier.choices:
        yield Indicator(
            f"tier-{tier}-served", f"在{label}得到康复服务的人数", "session_held", Measure.PERSONS,
            f"期内在{label}得到康复项目服务（有服务记录）的人数{_ONCE}，{_DOES}。", f"{of} AND kind = '{tier}'",
        )  # fmt: skip
    for name, title, words, where in (
        ("deaf-children-trained", "受语言训练的听障儿童", "得到听力言语训练或人工耳蜗术后训练、期末未满18周岁", "age <= 17"),
        *(
            (
                f"deaf-children-{worn}", f"受语言训练、用{label}的听障儿童",
                f"得到听力言语训练或人工耳蜗术后训练、期末未满18周岁、期末登记使用{label}",
                f"age <= 17 AND person_id IN (SELECT person_id FROM worn WHERE word IN ('{worn}', 'both'))",
            )
            for worn, label in (("aid", "助听器"), ("implant", "人工耳蜗"))
        ),
    ):  # fmt: skip
        yield Indicator(
            name, title, "given", Measure.PERSONS, f"期内{words}的人数{_ONCE}，归给付县，县以下按给付月月末户籍地统计。",
            f"scheme IN ({listed(_DEAF)}) AND {where}",
        )  # fmt: skip
    yield Indicator(
        "deaf-children-mainstreamed", "受过语言训练、进入普通园校的听障儿童", "mainstreamed", Measure.PERSONS,
        f"期内转入普通园校、到期末受过听力言语训练或人工耳蜗术后训练的人数{_ONCE}，按转入日户籍地统计。",
        f"person_id IN (SELECT person_id FROM provided WHERE scheme IN ({listed(_DEAF)}))",
    )  # fmt: skip
    for name, title, words, where in (
        ("limb-best-recovery", "处在最佳康复期的肢体残疾人", "", "true"),
        ("limb-best-recovery-trained", "处在最佳康复期、已经训练的肢体残疾人", "、评估以后受过肢体康复训练", "training"),
        ("limb-best-recovery-waiting", "处在最佳康复期、还没有训练的肢体残疾人", "、评估以后还没有受过肢体康复训练", "NOT training"),
    ):  # fmt: skip
        yield Indicator(
            name, title, "limb_recovering", Measure.PERSONS,
            f"期末户籍在本区划、未死亡、有肢体残疾、康复评估为处在最佳康复期{words}的人数。", where, stock=True,
        )  # fmt: skip
    for name, title, measure, words, where in (
        ("persons", "儿童康复医疗费用报销人数", Measure.PERSONS, f"的人数{_ONCE}", "true"),
        ("amount", "儿童康复医疗费用报销金额", Measure.AMOUNT, "的入账金额合计", "amount_fen <> 0"),
    ):  # fmt: skip
        yield Indicator(
            f"child-bills-{name}", title, "given", measure,
            f"期内按医疗康复项目标准和年度上限报销、期末未满18周岁{words}，归给付县，县以下按给付月月末户籍地统计。",
            f"scheme = 'rehabilitation-items' AND kind = 'cash' AND age <= 17 AND {where}",
        )  # fmt: skip
    for name, title, measure, words, where in (
        ("admitted", "精神残疾人入院人数", Measure.PERSONS, f"期内入院的人数{_ONCE}", "begun"),
        ("bed-days", "精神残疾人住院床日", Measure.QUANTITY, "期内住院的天数合计（出院当天不算，当天入出院算一天）", "true"),
        ("cost", "精神残疾人住院总费用", Measure.AMOUNT, "期内入院的住院总费用合计，没有填写的不计入", "begun"),
    ):  # fmt: skip
        yield Indicator(
            f"inpatient-{name}", title, "hospital_stay", measure,
            f"住院补贴申请（不予批准、撤回、转出的除外）登记的住院中，{words}，归办理县，县以下按入院日户籍地统计。", where,
            counted_in="床日" if measure is Measure.QUANTITY else "",
        )  # fmt: skip
    for name, title, where in (
        ("counselling-sessions", "心理疏导次数", "true"), ("counselling-referred", "心理疏导后转介件数", "referred"),
        ("counselling-online", "网上心理疏导次数", "kind = 'online'"), ("counselling-phone", "电话心理疏导次数", "kind = 'phone'"),
        ("counselling-visit", "上门心理疏导次数", "kind = 'visit'"),
    ):  # fmt: skip
        yield Indicator(
            name, title, "counselling_hour", Measure.TIMES, f"期内登记完成的{title.removesuffix('次数').removesuffix('件数')}次数，{_DOES}。", where
        )  # fmt: skip
    yield Indicator(
        "counselling-persons", "心理疏导人数", "counselling_hour", Measure.PERSONS, f"期内做过心理疏导的人数{_ONCE}，{_DOES}。"
    )  # fmt: skip
    for name, title, words, where in (
        ("plan-reviews", "康复评估次数", "登记的服务计划阶段评估次数", "kind = 'review'"),
        ("milestones-due", "应达到的阶段目标", "应达到的服务计划阶段目标数", "kind = 'milestone'"),
        ("milestones-in-time", "按期达到的阶段目标", "应达到、按期达到的服务计划阶段目标数", "kind = 'milestone' AND in_time"),
    ):  # fmt: skip
        yield Indicator(name, title, "plan_step", Measure.TIMES, f"期内{words}，{_DOES}。", where)


def _of_needs() -> Iterator[Indicator]:
    told = "期内户籍在本区划、未死亡、康复需求评估为“有需求，适合做”"
    for need, label, of in (("rehabilitation", "康复服务", "true"), *((one.code, one.label, f"kind = '{one.code}'") for one in NEEDS)):  # fmt: skip
        yield Indicator(
            f"need-{need}-indicated", f"有{label}需求并适合的人数", "rehab_need", Measure.PERSONS,
            f"{told}（{label}）的人数{_ONCE}，按期末户籍地统计。", of,
        )  # fmt: skip
        yield Indicator(
            f"need-{need}-served", f"有{label}需求并适合、得到服务的人数", "rehab_need", Measure.PERSONS,
            f"{told}（{label}）、期内得到满足这项需求的服务、器具或款项的人数{_ONCE}，按期末户籍地统计。", f"{of} AND served",
        )  # fmt: skip


def _of_referrals() -> Iterator[Indicator]:
    for source, source_label in Tier.choices:
        for tier, label in Tier.choices:
            if source != tier:
                yield Indicator(
                    f"referred-{source}-{tier}", f"从{source_label}转介到{label}的件数", "referral", Measure.CASES,
                    f"期内从{source_label}转介到{label}的康复转介件数，{_DOES}。",
                    f"kind = 'tier' AND flow = '{source}-{tier}'",
                )  # fmt: skip
    yield Indicator(
        "referred-taken", "康复转介被接收的件数", "referral", Measure.CASES,
        f"期内转介、到期末已被接收的层级之间的康复转介件数，{_DOES}。", "kind = 'tier' AND taken",
    )  # fmt: skip
    yield Indicator(
        "screened-suspected", "早期筛查疑似人数", "screened", Measure.PERSONS,
        f"期内早期筛查结果为疑似的人数{_ONCE}，按期末户籍地统计。", "kind = 'suspected'",
    )  # fmt: skip
    yield Indicator(
        "early-referred", "早期筛查后转介康复人数", "referral", Measure.PERSONS,
        f"期内早期筛查为疑似后转介到机构的人数{_ONCE}，{_DOES}。", "kind = 'early'",
    )  # fmt: skip
    yield Indicator(
        "early-referral-days", "从筛查到转介的天数中位数", "referral", Measure.MEDIAN,
        f"期内早期筛查转介，从筛查日到转介日的天数的中位数，{_DOES}；没有时为不明。", "kind = 'early' AND quantity IS NOT NULL",
        counted_in="天",
    )  # fmt: skip
    for name, title, words, where in (
        ("served", "康养联合服务人数", "已被接收、没有结束的康养联合转介", "NOT waiting"),
        ("waiting", "等候康养联合服务人数", "还在等答复的康养联合转介", "waiting"),
    ):  # fmt: skip
        yield Indicator(
            f"joint-{name}", title, "referral_standing", Measure.PERSONS, f"期末{words}的人数{_ONCE}，{_DOES}。",
            f"kind = 'joint' AND {where}", stock=True,
        )  # fmt: skip


def _of_files() -> Iterator[Indicator]:
    for kind, label in Kind.choices:
        of = f"kind = '{kind}'"
        yield Indicator(
            f"{kind.replace('_', '-')}-files", f"{label}建档人数", "case_file", Measure.PERSONS,
            f"期末没有结案的{label}档案人数{_ONCE}，归建档县，县以下按建档日户籍地统计。", of, stock=True,
        )  # fmt: skip
        yield Indicator(
            f"{kind.replace('_', '-')}-overdue", f"{label}超期没有联系的人数", "case_file", Measure.PERSONS,
            f"期末没有结案、距上次联系（没有的按建档）已超过联系间隔的{label}档案人数{_ONCE}，归建档县，县以下按建档日户籍地统计。",
            f"{of} AND overdue", stock=True,
        )  # fmt: skip
        yield Indicator(
            f"{kind.replace('_', '-')}-contacts", f"{label}联系次数", "case_contact", Measure.TIMES,
            f"期内登记的{label}联系次数，{_DOES}。", of,
        )  # fmt: skip
    base = "期末户籍在本区划、未死亡、有有效的精神残疾证（含多重残疾中的精神残疾）或列入严重精神障碍患者服务名单"
    yield Indicator("mentally-ill", "登记的精神残疾人和严重精神障碍患者", "mentally_ill", Measure.PERSONS, f"{base}的人数。", stock=True)  # fmt: skip
    yield Indicator(
        "mentally-ill-guarded", "落实联合监护的人数", "mentally_ill", Measure.PERSONS, f"{base}、有没有结案的联合监护档案的人数。",
        "guarded", stock=True,
    )  # fmt: skip
    yield Indicator("incidents", "肇事肇祸事件数", "case_incident", Measure.CASES, f"期内联合监护档案登记的肇事肇祸事件数，{_DOES}。")  # fmt: skip
    for name, title, words, where in (
        ("listed", "社工档案列出的需求", "列出的需求数", "true"), ("met", "社工档案已得到服务的需求", "建档以来已得到服务的需求数", "served"),
        ("unmet", "社工档案没有得到服务的需求", "建档以来没有得到服务的需求数", "NOT served"),
    ):  # fmt: skip
        yield Indicator(
            f"social-work-needs-{name}", title, "case_need", Measure.TIMES,
            f"期末没有结案的社工服务档案{words}，归建档县，县以下按建档日户籍地统计。", where, stock=True,
        )  # fmt: skip


def ratios() -> Iterator[Ratio]:
    """Yield the shares: of needs served, of milestones reached in time, of the registered who are guarded."""
    for name, title, over, under, stock in (
        ("need-rehabilitation-share", "康复服务率", ("need-rehabilitation-served", "有康复服务需求并适合、得到服务的人数"), ("need-rehabilitation-indicated", "有康复服务需求并适合的人数"), False),
        *(
            (f"need-{one.code}-share", f"{one.label}服务率", (f"need-{one.code}-served", f"有{one.label}需求并适合、得到服务的人数"), (f"need-{one.code}-indicated", f"有{one.label}需求并适合的人数"), False)
            for one in NEEDS
        ),
        ("guardianship-share", "精神残疾监护率", ("mentally-ill-guarded", "落实联合监护的人数"), ("mentally-ill", "登记的精神残疾人和严重精神障碍患者"), True),
        ("matters-in-time-share", "服务机制按期办结率", ("matters-in-time", "服务机制按期办结件数"), ("matters-handled", "服务机制办结件数"), False),
        ("milestones-in-time-share", "阶段目标按期达到率", ("milestones-in-time", "按期达到的阶段目标"), ("milestones-due", "应达到的阶段目标"), False),
        ("social-work-needs-share", "社工档案需求服务率", ("social-work-needs-met", "社工档案已得到服务的需求"), ("social-work-needs-listed", "社工档案列出的需求"), True),
    ):  # fmt: skip
        yield Ratio(name, title, over[0], under[0], f"“{over[1]}”除以“{under[1]}”，以百分数表示；分母为0时为不明。", stock=stock)  # fmt: skip
