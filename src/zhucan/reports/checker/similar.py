"""Sentences about the same fact in two places of a report, found by the runs of characters that they share."""

import re
from collections import defaultdict
from dataclasses import dataclass
from difflib import SequenceMatcher

from zhucan.reports.checker.figures import Figure
from zhucan.reports.checker.text import Article, Sentence

_SIZE = 4  # characters of a run
_COMMON = 4  # sentences: what more of them share says nothing
_LEAST = 20  # characters of a sentence worth comparing


@dataclass(frozen=True)
class Pair:
    """Two sentences that tell of one fact, and the longest text they share."""

    one: Sentence
    two: Sentence
    shared: str
    closeness: int  # per cent of the shorter one's runs


def _plain(text: str) -> str:
    text = re.sub(
        rf"(?:(?:{_CATEGORY})残疾(?:人)?\d*[人名]?[、，和]?){{3,}}", "", re.sub(r"^\s*\d{1,2}[、.]", "", text)
    )
    return re.sub(r"[^\u4e00-\u9fff\dxX%.]", "", text)


_CATEGORY = "视力|听力|言语|语言|肢体|智力|精神|多重"


def pairs(article: Article) -> list[Pair]:
    """Return the pairs of a report, sentences of the plan apart; worked out once."""
    kept = article.memory.get("pairs")
    if isinstance(kept, list):
        return kept
    sentences = [one for one in article.sentences if len(_plain(one.text)) >= _LEAST]
    runs = [_runs(one) for one in sentences]
    holders: dict[str, list[int]] = defaultdict(list)
    for at, own in enumerate(runs):
        for run in own:
            holders[run].append(at)
    shared: dict[tuple[int, int], int] = defaultdict(int)
    for run_holders in holders.values():
        if 1 < len(run_holders) <= _COMMON:
            for first in range(len(run_holders)):
                for second in range(first + 1, len(run_holders)):
                    shared[run_holders[first], run_holders[second]] += 1
    found = []
    for (first, second), count in shared.items():
        if count < 3:
            continue
        pair = _pair(sentences[first], sentences[second], runs[first], runs[second])
        if pair is not None:
            found.append(pair)
    article.memory["pairs"] = found
    return found


def _runs(sentence: Sentence) -> frozenset[str]:
    text = re.sub(r"\d", "", _plain(sentence.text))
    return frozenset(text[at : at + _SIZE] for at in range(len(text) - _SIZE + 1))


def _pair(one: Sentence, two: Sentence, runs: frozenset[str], others: frozenset[str]) -> Pair | None:
    if one.paragraph is two.paragraph or one.paragraph.plan != two.paragraph.plan:
        return None
    common = len(runs & others)
    closeness = 100 * common // max(1, min(len(runs), len(others)))
    first, second = _plain(one.text), _plain(two.text)
    match = SequenceMatcher(None, first, second, autojunk=False).find_longest_match()
    shared = first[match.a : match.a + match.size]
    claims = _first_claims(one.text) & _first_claims(two.text)
    told_with_number = bool(re.search(r"[\u4e00-\u9fff]\d+[\u4e00-\u9fff]", shared))
    beyond = common - max(0, match.size - _SIZE + 1)
    if (closeness < 75 and beyond < 3 and not claims) or _parallel(one, two):
        return None
    if (
        (closeness >= 50 and (match.size >= 10 or common >= 20))
        or (claims and common >= 8)
        or (closeness >= 30 and match.size >= 8 and told_with_number and not re.match(r"^[\d名人户个]+", shared))
    ):
        return Pair(one, two, shared, closeness)
    return None


def _parallel(one: Sentence, two: Sentence) -> bool:
    """Tell whether two sentences are built alike but count other things: most figures with the same words differ."""
    same = different = 0
    for figure in one.figures:
        twins = [each for each in two.figures if each.kind == figure.kind and alike(figure, each)]
        if twins:
            same += any(each.value == figure.value for each in twins)
            different += all(each.value != figure.value for each in twins)
    return different >= 2 and different > same


def alike(one: Figure, two: Figure) -> bool:
    """Tell whether two figures have the same words before or behind them."""
    before, after = one.label[-3:], one.tail[:4]
    return bool((before and two.label[-3:] == before) or (after and two.tail[:4] == after))


def _first_claims(text: str) -> set[str]:
    """Return the words of what is called the first of its kind."""
    return {match[1] for match in re.finditer(r"(全[国省市区县](?:首家|首个|第一[个家]))", text)}
