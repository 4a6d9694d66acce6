"""Every fact there is, by topic. A topic names what only its schemes ask; `core` what most do."""

from zhucan.policy.declared import core, findings, relief
from zhucan.policy.fact import Fact

FACTS: tuple[Fact, ...] = (*core.FACTS, *findings.FACTS, *relief.FACTS)
