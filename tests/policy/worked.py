"""The worked cases of all files, read once for the tests that go through them."""

from pathlib import Path

from zhucan.policy.cases import load_cases

FILES = sorted((Path(__file__).parent / "cases").glob("*.yaml"))
CASES = [case for path in FILES for case in load_cases(path)]
