"""What assistive devices ask, for every function of the catalogue."""

from zhucan.policy.declared.awards import in_year, last
from zhucan.policy.devices.catalogue import DEVICES, FUNCTIONS
from zhucan.policy.expressions import Kind
from zhucan.policy.fact import Fact, asked

EARLY_REASONS = {
    "growth": "生长发育，尺寸不合",
    "condition": "身体状况变化",
    "damage": "非本人过错损坏",
    "none": "没有特殊原因",
}

FACTS: tuple[Fact, ...] = (
    *(last(f"granted_{item.code}", f"上次批准{item.label}的日期", *item.schemes) for item in FUNCTIONS),
    in_year("devices_granted", "本年度已批准的辅助器具补贴", *(item.scheme for item in DEVICES)),
    asked("device_assessed", Kind.BOOL, "经专业人员评估适配"),
    asked("device_price", Kind.MONEY, "每件价格"),
    asked("device_pieces", Kind.INT, "件数"),
    asked("device_paid_elsewhere", Kind.BOOL, "已由工伤保险、医疗保险或退役军人部门负担这件器具"),
    asked("device_early_reason", Kind.TEXT, "提前更换的原因", choices=EARLY_REASONS),
)
