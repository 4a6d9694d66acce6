"""`zhucan serve` and `zhucan init` as they are started."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command


@pytest.mark.parametrize("port", ["0", "-1", "65536", "99999999"])
def test_a_port_that_is_none_is_refused(port: str):
    with pytest.raises(CommandError, match="1 至 65535"):
        call_command("serve", f"--port={port}")


def test_a_port_in_use_is_refused():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()

        with pytest.raises(CommandError, match="占用"):
            call_command("serve", "--port", str(taken.getsockname()[1]))


@pytest.mark.parametrize("host", ["192.0.2.7", "没有 这里"])
def test_a_foreign_address_is_refused(host: str):
    with pytest.raises(CommandError, match="本机"):
        call_command("serve", "--host", host, "--port", "8765")


@pytest.mark.skipif(os.name != "posix", reason="files have owners and modes on POSIX only")
def test_what_init_makes_is_for_its_owner_only(tmp_path: Path):
    home = tmp_path / "home"
    environment = {**os.environ, "ZHUCAN_HOME": str(home), "ZHUCAN_DATABASE": ""}

    subprocess.run([sys.executable, "-m", "zhucan.config.cli", "init"], env=environment, check=True)

    modes = {path.name: path.stat().st_mode & 0o777 for path in (home, *home.iterdir())}
    assert modes.pop("home") == 0o700
    assert {"zhucan.sqlite3", "keys.json"} <= set(modes)
    assert set(modes.values()) == {0o600}
