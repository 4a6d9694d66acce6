"""The list of divisions: what is taken in, and what is refused without changing anything."""

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from zhucan.orgs import divisions
from zhucan.orgs.clock import now
from zhucan.orgs.models import AuditEntry, Division

pytestmark = pytest.mark.django_db
_HEAD = "code,name,level,parent\n"
_SOUND = (
    "330499101201,河湾村,village,330499101000\n"
    "330400,示例市,city,\n330499,示例县,county,330400\n330499101,青石镇,township,330499000000\n"
)


def _file(folder: Path, text: str | bytes) -> Path:
    path = folder / "区划.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def _import(path: Path) -> str:
    out = StringIO()
    call_command("import", "divisions", str(path), stdout=out)
    return out.getvalue()


def test_a_list_in_any_order_and_with_short_codes_is_loaded_and_leaves_a_trace(tmp_path: Path):
    path = _file(tmp_path, _HEAD + _SOUND)

    assert "4 个" in _import(path)
    assert "0 个" in _import(path)

    village = Division.objects.get(code="330499101201")
    assert (village.name, village.parent_id) == ("河湾村", "330499101000")
    assert [entry.detail["changed"] for entry in AuditEntry.objects.filter(action="orgs.divisions")] == [4, 0]
    assert list(divisions.faults()) == []


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (",无名县,county,330400", "没有代码"),
        ("33049,某县,county,330400", "不是区划代码"),
        ("330497,,county,330400", "名称不对"),
        ("330497,<b>县</b>,county,330400", "名称不对"),
        ("330497,某\x07县,county,330400", "名称不对"),
        ("330497,=1+1,county,330400", "名称不对"),
        (f"330497,{'长' * 61},county,330400", "名称不对"),
        ("330497,某县,state,330400", "层级“state”不对"),
        ("330497,某县,township,330400", "代码却是"),
        ("330499101,青石镇,village,330499", "代码却是"),
        ("330497,某县,county,330497", "上级是它自己"),
        ("330497101,某镇,township,330499", "上级 330499000000 不对"),
        ("330497,某县,county,330497101", "上级 330497101000 不对"),
        ("330497101,某镇,township,", "没有写上级"),
        ("330497101,某镇,township,330497", "不在表中"),
        ("330499,别的县,county,330400", "写了两次"),
        ("330497,某县", "读不了"),
        ("330497,某县,county,\x00", "读不了|不是区划代码"),
    ],
)
def test_a_line_that_breaks_the_tree_is_refused_and_nothing_changes(tmp_path: Path, line: str, expected: str):
    with pytest.raises(CommandError, match=expected) as caught:
        _import(_file(tmp_path, _HEAD + _SOUND + line + "\n"))

    assert str(caught.value).endswith("。")
    assert not Division.objects.exists()
    assert not AuditEntry.objects.exists()


@pytest.mark.parametrize("content", [b"\0" * 5000, b"\xff\xfe\x00", b"", b"a,b\n1,2\n", b"x" * 200_000])
def test_a_file_that_is_no_list_changes_nothing(tmp_path: Path, content: bytes):
    path = _file(tmp_path, content)
    try:
        said = _import(path)
    except CommandError as error:
        said = str(error)

    assert "读不了" in said or "0 个" in said
    assert not Division.objects.exists()


def test_a_file_that_is_too_large_is_not_read(tmp_path: Path):
    path = tmp_path / "大.csv"
    with path.open("wb") as file:
        file.truncate(divisions._LARGEST + 1)

    with pytest.raises(divisions.BadDivisionFile, match="超过 50 MB"):
        divisions.load_file(path, at=now(), by=None)


@pytest.mark.parametrize("name", ["没有.csv", "."])
def test_what_is_not_a_file_is_refused(tmp_path: Path, name: str):
    with pytest.raises(divisions.BadDivisionFile, match="打不开"):
        divisions.load_file(tmp_path / name, at=now(), by=None)


def test_a_township_straight_under_a_city_is_loaded():
    assert divisions.load(
        [("441900000000", "示例市", "city", ""), ("441900003000", "示例街道", "township", "441900000000")]
    )


def test_a_tree_changed_by_hand_is_found(tmp_path: Path):
    _import(_file(tmp_path, _HEAD + _SOUND))
    Division.objects.filter(code="330499101201").update(parent="330400000000", level="township")
    Division.objects.filter(code="330499101000").update(parent="330499101000")

    assert len(list(divisions.faults())) == 2
