"""What staff fill in to record something of a person: each form says since when, and on what evidence."""

from collections.abc import Mapping
from typing import Any

from django import forms

from zhucan.core.errors import ZhucanError
from zhucan.office.fields import YuanField
from zhucan.orgs.divisions import division
from zhucan.orgs.models import Division, Level
from zhucan.orgs.wording import plain
from zhucan.policy.declared.findings import FINDING_KINDS
from zhucan.policy.facts import BENEFIT_LABELS
from zhucan.registry.choices import (
    Channel,
    FollowUpKind,
    InsuranceKind,
    Outcome,
    Payer,
    Placement,
    Stage,
    TermAidKind,
    WorkForm,
)
from zhucan.registry.findings import BadFinding, finding_value
from zhucan.registry.models import HardshipKind
from zhucan.registry.rosters.cells import BadCell, person_name
from zhucan.web.forms import DateField, Form


class FactForm(Form):
    """什么时候起、从哪里得知。"""

    day = DateField(label="从哪天起", help_text="实际发生的日子，不是今天登记的日子。")
    source = forms.CharField(label="依据", max_length=80, help_text="从哪里得知：证明、名单、上门或本人告知。")

    def clean_source(self) -> str:
        """Let words pass that no list takes for a formula."""
        said: str = self.cleaned_data["source"].strip()
        if not plain(said):
            raise forms.ValidationError("依据不要用尖括号，也不要用等号、加减号开头：请改写。")
        return said


class NameForm(FactForm):
    """现在叫什么。"""

    name = forms.CharField(label="姓名", max_length=60)

    def clean_name(self) -> str:
        """Return a name written as rosters have it."""
        try:
            return person_name(self.cleaned_data["name"])
        except BadCell as error:
            raise forms.ValidationError(f"姓名{error}") from error


class HardshipForm(FactForm):
    """困难类型。"""

    kind = forms.ChoiceField(label="困难类型", choices=HardshipKind.choices, widget=forms.RadioSelect)


class AmountForm(FactForm):
    """一个金额。"""

    amount = YuanField(label="每月金额（元）", widget=forms.TextInput({"class": "short", "inputmode": "decimal"}))


class MoveForm(FactForm):
    """迁到哪里。"""

    place = forms.CharField(label="迁往的村、社区或县", max_length=60, help_text="写名称，或 6 至 12 位区划代码。")

    def clean_place(self) -> Division:
        """Return the place of a code or of a name that only one has."""
        said = self.cleaned_data["place"].strip()
        if said.isdigit():
            try:
                return division(said)
            except ZhucanError as error:
                raise forms.ValidationError(str(error)) from error
        found = list(Division.objects.filter(name=said, level__in=(Level.VILLAGE, Level.COUNTY))[:2])
        if len(found) != 1:
            what = "有不止一个" if found else "没有找到"
            raise forms.ValidationError(f"{what}“{said}”：请改写区划代码。")
        return found[0]


class BenefitForm(FactForm):
    """别处发的待遇。"""

    kind = forms.ChoiceField(label="待遇", choices=list(BENEFIT_LABELS.items()))
    amount = YuanField(
        label="每月金额（元）", required=False, widget=forms.TextInput({"class": "short", "inputmode": "decimal"})
    )
    stop = DateField(label="到哪天止", required=False, help_text="从这天起不再享受；还在享受就不填。")


class FindingForm(FactForm):
    """核实到的一件事。"""

    kind = forms.ChoiceField(
        label="核实了什么",
        choices=[(one.name, one.label) for one in sorted(FINDING_KINDS.values(), key=lambda one: one.label)],
    )
    said = forms.CharField(
        label="结果",
        max_length=40,
        required=False,
        help_text="是不是的事写“是”或“否”；数量写整数，金额写元，其他写结论。只记日期的事不用写。",
    )

    def clean(self) -> dict[str, Any]:
        """Let a result that the kind can say pass."""
        data = super().clean() or {}
        if "kind" in data and "said" in data:
            try:
                finding_value(FINDING_KINDS[data["kind"]], data["said"])
            except BadFinding as error:
                self.add_error("said", str(error))
        return data


class SchoolingForm(FactForm):
    """在哪里上学。"""

    stage = forms.ChoiceField(label="学段", choices=Stage.choices)
    placement = forms.ChoiceField(label="就读方式", choices=Placement.choices)
    school = forms.CharField(label="学校", max_length=80)
    year = forms.IntegerField(label="年级", min_value=1, max_value=12, required=False)
    class_name = forms.CharField(label="班级", max_length=30, required=False)
    support = forms.CharField(
        label="支持服务", max_length=80, required=False, help_text="例如：资源教师、个别化教育计划、陪读。"
    )
    full_time = forms.BooleanField(label="全日制", required=False, initial=True)
    boarding = forms.BooleanField(label="寄宿", required=False)


class LeavingForm(FactForm):
    """怎么离开学校的。"""

    outcome = forms.ChoiceField(label="结果", choices=Outcome.choices, widget=forms.RadioSelect)


class JobForm(FactForm):
    """做什么工作。"""

    kind = forms.ChoiceField(label="就业形式", choices=WorkForm.choices)
    workplace = forms.CharField(label="单位或字号", max_length=80, required=False, help_text="个体就业写店名、厂名。")
    licence = forms.CharField(label="营业执照号", max_length=40, required=False)
    channel = forms.ChoiceField(label="线上渠道", choices=[("", "没有"), *Channel.choices], required=False)
    product = forms.CharField(label="产品或项目", max_length=60, required=False)
    scale = forms.CharField(label="规模", max_length=40, required=False, help_text="种养殖写头数、亩数。")
    inspected_on = DateField(label="现场核验日期", required=False, help_text="核验过种养规模的，从核验那天起登记。")
    income = YuanField(
        label="每月收入（元）", required=False, widget=forms.TextInput({"class": "short", "inputmode": "decimal"})
    )
    beside = forms.BooleanField(
        label="兼职或副业：主要的工作还在做", required=False, help_text="不勾就是换了主要的工作，原来的到这天结束。"
    )


class JobEndForm(FactForm):
    """哪一份工作，为什么不再做了。"""

    kind = forms.ChoiceField(label="就业形式", choices=[("", "只有一份，不用选"), *WorkForm.choices], required=False)
    workplace = forms.CharField(
        label="单位或字号",
        max_length=80,
        required=False,
        help_text="同一种形式有几份的，写明是哪一份；只有一份不用写。",
    )
    reason = forms.CharField(label="结束原因", max_length=40, help_text="例如：停业、合同到期、离职。")


class InsuranceForm(FactForm):
    """参加的社会保险。"""

    kind = forms.ChoiceField(label="险种", choices=InsuranceKind.choices)
    payer = forms.ChoiceField(label="谁缴费", choices=Payer.choices, widget=forms.RadioSelect)


class ContactForm(FactForm):
    """联系方式。"""

    phone = forms.RegexField(r"^1[0-9]{10}$|^0[0-9-]{9,13}$", label="电话", required=False, error_messages={
        "invalid": "电话不对：请填 11 位手机号，或带区号的固定电话。"})  # fmt: skip
    address = forms.CharField(label="住址", max_length=120, required=False)


class GuardianForm(FactForm):
    """监护人。"""

    name = forms.CharField(label="监护人姓名", max_length=40)
    relation = forms.CharField(label="与本人的关系", max_length=20)
    phone = forms.RegexField(r"^1[0-9]{10}$|^0[0-9-]{9,13}$", label="监护人电话", required=False, error_messages={
        "invalid": "电话不对：请填 11 位手机号，或带区号的固定电话。"})  # fmt: skip


class AccountForm(FactForm):
    """收款账户。"""

    bank = forms.CharField(label="开户银行", max_length=80)
    number = forms.RegexField(
        r"^[0-9]{8,30}$", label="账号", error_messages={"invalid": "账号只能是 8 至 30 位数字：请核对。"}
    )
    holder = forms.CharField(label="户名", max_length=60)
    guardian = forms.BooleanField(label="这是监护人的账户", required=False)


class SpellForm(Form):
    """更正一条登记：改日期，或说明从来没有这回事。"""

    never = forms.ChoiceField(
        label="怎么更正",
        choices=[("", "起止日期登记错了"), ("yes", "从来没有这回事，撤回这条登记")],
        required=False,
        widget=forms.RadioSelect,
        initial="",
    )
    start = DateField(label="从哪天起", required=False)
    stop = DateField(label="到哪天止", required=False, help_text="从这天起不再是这样；现在还是这样就不填。")
    source = forms.CharField(label="依据", max_length=80, help_text="怎么知道登记错了。")

    def clean(self) -> dict[str, Any]:
        """Let a period that begins, and ends later, pass."""
        data = super().clean() or {}
        if not data.get("never"):
            if not data.get("start") and "start" not in self.errors:
                self.add_error("start", "请填写从哪天起。")
            if data.get("start") and data.get("stop") and data["stop"] <= data["start"]:
                self.add_error("stop", "结束的日子要晚于开始的日子：请核对。")
        return data


class CandidacyForm(FactForm):
    """一年的高考。"""

    day = DateField(label="考试日期", help_text="同一年的高考，后来知道的再登记一次，只填新知道的。")
    adjustments = forms.CharField(
        label="合理便利", max_length=80, required=False, help_text="例如：大字试卷、延长时间。"
    )
    score = forms.DecimalField(label="成绩", min_value=0, max_digits=5, decimal_places=1, required=False)
    qualified = forms.ChoiceField(
        label="上线", choices=[("", "还不知道"), ("yes", "上线"), ("no", "没有上线")], required=False
    )
    stage = forms.ChoiceField(
        label="录取学段", choices=[("", "没有录取"), ("college", "大专"), ("bachelor", "本科")], required=False
    )
    school = forms.CharField(label="录取学校", max_length=80, required=False)

    @staticmethod
    def said(data: Mapping[str, Any]) -> dict[str, Any]:
        """Return what was filled in, in the columns of `Candidacy`."""
        known = {
            name: data[name] for name in ("adjustments", "score", "stage", "school") if data[name] not in ("", None)
        }
        return known | ({"qualified": data["qualified"] == "yes"} if data["qualified"] else {})


class TermAidForm(FactForm):
    """这学期的一项减免或补助。"""

    day = DateField(label="学期里的一天")
    kind = forms.ChoiceField(label="项目", choices=TermAidKind.choices)
    amount = YuanField(
        label="金额（元）", required=False, widget=forms.TextInput({"class": "short", "inputmode": "decimal"})
    )


class FollowUpForm(FactForm):
    """跟进一次。"""

    day = DateField(label="日期")
    kind = forms.ChoiceField(label="跟进什么", choices=FollowUpKind.choices)
    worker = forms.CharField(label="跟进人", max_length=40)
    said = forms.CharField(label="措施和情况", max_length=200)
    well = forms.ChoiceField(
        label="情况正常吗", choices=[("", "不填"), ("yes", "正常"), ("no", "有困难")], required=False
    )


class ContractForm(FactForm):
    """呼叫终端的服务合同。"""

    number = forms.CharField(label="合同编号", max_length=40)
    provider = forms.CharField(label="服务商", max_length=80)
    stop = DateField(label="到哪天止", required=False, help_text="从这天起不再服务；没有写明就不填。")
