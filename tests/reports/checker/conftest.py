"""Where the mission's reports are: the folder ZHUCAN_MISSION, or beside the checkout. Without it their test is left out."""

import os
from pathlib import Path

MISSION = Path(os.environ.get("ZHUCAN_MISSION") or Path(__file__).parents[4] / "shared/mission")
collect_ignore = [] if (MISSION / "reports.txt").is_file() else ["test_mission_reports.py"]
