"""Every fact there is, by topic. A topic names what only its schemes ask; `core` what most do."""

from zhucan.policy.declared import certificates, core, devices, education, findings, rehabilitation, relief
from zhucan.policy.fact import Fact

FACTS: tuple[Fact, ...] = (
    *core.FACTS,
    *findings.FACTS,
    *certificates.FACTS,
    *rehabilitation.FACTS,
    *devices.FACTS,
    *education.FACTS,
    *relief.FACTS,
)
