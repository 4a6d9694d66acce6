"""Places, who works and stays in them, what they are equipped with and held against, and what is wrong there."""

from zhucan.facilities.models.checks import Check, Criterion, Score, Standard
from zhucan.facilities.models.issues import Issue, Patrol
from zhucan.facilities.models.kept import Kept, Located
from zhucan.facilities.models.places import Designation, Facility, Feature, Spot, Stay, Support, Travel
from zhucan.facilities.models.staff import Training, Worker

__all__ = [
    "Check", "Criterion", "Designation", "Facility", "Feature", "Issue", "Kept", "Located", "Patrol", "Score", "Spot",
    "Standard", "Stay", "Support", "Training", "Travel", "Worker",
]  # fmt: skip
