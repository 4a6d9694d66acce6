"""The flows as a page for people: a diagram, and a table of who takes which step within how many working days."""

from zhucan.policy.catalogue import SCHEMES
from zhucan.policy.steps import EVIDENCE, FLOWS, Flow, Step

_ROLES = {
    "applicant": "申请人", "commissioner": "专职委员", "township_clerk": "乡镇经办", "county_clerk": "县级经办",
    "approver": "审批人", "finance": "财务", "partner": "评定机构",
}  # fmt: skip
_HEAD = """# Flows

How an application moves. This page is written by `zhucan case flows` from `policy/steps.py`, and a test keeps it equal;
states, permissions, buttons and deadlines of the program come from the same declaration. The working days are national
values of parameters (in brackets), which a place sets by its own documents. After a refusal the applicant may ask for a
review (`review_within_days`): the case opens again in the state in which it was refused, for somebody else to decide.
Nobody decides what they checked. While a case waits in 待补正 its clock stands.
"""


def page() -> str:
    """Return the page as Markdown."""
    return "\n".join([_HEAD, *(_section(flow) for flow in FLOWS)])


def _section(flow: Flow) -> str:
    names = "、".join(item.name for item in SCHEMES if item.administered and item.flow is flow)
    lines = [
        f"## {flow.label} (`{flow.id}`)",
        "",
        f"用于：{names or '目前没有项目'}。",
        "",
        "```mermaid",
        "stateDiagram-v2",
    ]
    lines.append(f"    [*] --> {flow.start.value}")
    lines += [f"    {state.value}: {state.label}" for state in flow.states]
    lines += [f"    {step.source.value} --> {step.target.value}: {step.label}" for step in flow.steps]
    lines += [f"    {state.value} --> [*]" for state in flow.states if state in flow.final]
    lines += ["```", "", "| 步骤 | 从 | 到 | 谁 | 工作日 | 要求 |", "|---|---|---|---|---|---|"]
    lines += [_row(flow, step) for step in flow.steps]
    return "\n".join([*lines, ""])


def _row(flow: Flow, step: Step) -> str:
    who = "、".join(word for role, word in _ROLES.items() if role in step.roles)
    days = f"{step.days}（`{flow.deadline(step)}`）" if step.days is not None else "—"
    asks = [f"须等 {step.wait} 个工作日（`{flow.pause(step)}`）"] if step.wait is not None else []
    asks += ["写明原因"] if step.needs_reason else []
    asks += ["停止计时"] if step.pauses else []
    asks += ["作出决定"] if step.decides else []
    asks += [EVIDENCE[code] for code in step.evidence]
    return f"| {step.label} (`{step.name}`) | {step.source.label} | {step.target.label} | {who} | {days} | {'，'.join(asks) or '—'} |"
