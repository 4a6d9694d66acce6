"""Awards, and the applications that lead to them."""

from zhucan.cases.models.applications import Application, Bundle, Channel, Move, Relation
from zhucan.cases.models.awards import Award, BackpayGrant
from zhucan.cases.models.records import Assessment, Decision, MaterialFile, Notice, Publication

__all__ = [
    "Application",
    "Assessment",
    "Award",
    "BackpayGrant",
    "Bundle",
    "Channel",
    "Decision",
    "MaterialFile",
    "Move",
    "Notice",
    "Publication",
    "Relation",
]
