"""Awards, and the applications that lead to them."""

from zhucan.cases.models.applications import Application, Bundle, Channel, Move, Relation
from zhucan.cases.models.awards import Award, BackpayGrant, Bill, Curtailment
from zhucan.cases.models.looks import Approach, FoundRow, KeptLook
from zhucan.cases.models.records import Assessment, Decision, MaterialFile, Notice, Publication
from zhucan.cases.models.windows import Window, WindowVisit

__all__ = [
    "Application",
    "Approach",
    "Assessment",
    "Award",
    "BackpayGrant",
    "Bill",
    "Bundle",
    "Channel",
    "Curtailment",
    "Decision",
    "FoundRow",
    "KeptLook",
    "MaterialFile",
    "Move",
    "Notice",
    "Publication",
    "Relation",
    "Window",
    "WindowVisit",
]
