"""`zhucan keys`: new keys for the sealed columns and for the blind indexes, and everything made anew with them."""

from typing import Any

from django.conf import settings
from django.core.management.base import CommandError, CommandParser

from zhucan.core import keyring
from zhucan.orgs import audit, reindexing, resealing
from zhucan.orgs.clock import now
from zhucan.orgs.commands import CLERK, command_user
from zhucan.orgs.commands import Command as Base
from zhucan.orgs.models import User


class Command(Base):
    help = "密钥：查看（status）、换新并重新加密（rotate）、丢掉不再用的旧密钥（forget）、换查找用的索引密钥（rotate-index）。"

    def add_arguments(self, parser: CommandParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True, metavar="status|rotate|forget|rotate-index")
        verbs.add_parser("status", help="每一列用的是第几个密钥")
        rotating = verbs.add_parser("rotate", help="换新密钥，重新加密全部内容；中断了可以接着做")
        forgetting = verbs.add_parser("forget", help="丢掉旧密钥；以前的备份要另留一份旧的 keys.json")
        indexing = verbs.add_parser("rotate-index", help="换索引密钥，重做全部查找索引，重签审计链头；中断了可以接着做")
        for item in (rotating, forgetting, indexing):
            item.add_argument("--stopped", action="store_true", help="网页服务已经停了（开着会读不出新加密的内容）")
            item.add_argument("--by", default=CLERK, metavar="USER", help="以哪个用户的名义")

    def run(self, **options: Any) -> None:
        """Do what the verb says."""
        if options["verb"] == "status":
            self._status()
            return
        if not options["stopped"]:
            raise CommandError(
                "请先停掉网页服务和其他 zhucan 命令，再加 --stopped 运行：开着的服务读不出新加密的内容。"
            )
        by = command_user(options["by"])
        if options["verb"] == "rotate-index":
            self._rotate_index(by)
            return
        if options["verb"] == "forget":
            self._forget()
            audit.record(actor=by, action="orgs.keys-forgotten", target="keys", at=now())
            return
        if not self._old():
            keyring.add_field_key(settings.ZHUCAN_KEY_FILE)
            settings.ZHUCAN_FIELD_KEYS, settings.ZHUCAN_FIELD_VERSION = keyring.read(settings.ZHUCAN_KEY_FILE)
            audit.record(
                actor=by, action="orgs.keys-rotated", target="keys", at=now(), version=settings.ZHUCAN_FIELD_VERSION
            )
        for column in resealing.columns():
            self.stdout.write(f"{column.name}：重新加密 {resealing.reseal(column)} 项")
        self.stdout.write("全部用新密钥加密好了。请备份 keys.json；旧备份还要用旧的 keys.json 打开。")

    def _rotate_index(self, by: User | None) -> None:
        """Make every index anew under a key kept beside the old one, which goes when nothing needs it any more."""
        if not settings.ZHUCAN_INDEX_NEXT:
            audit.reseal(settings.ZHUCAN_INDEX_KEY, settings.ZHUCAN_INDEX_KEY)  # refused before anything is begun
        former, key = keyring.next_index_key(settings.ZHUCAN_KEY_FILE)
        for column in reindexing.columns():
            self.stdout.write(f"{column.name}：重做 {reindexing.reindex(column, key)} 项")
        audit.reseal(former, key)
        settings.ZHUCAN_INDEX_KEY, settings.ZHUCAN_INDEX_NEXT = keyring.take_index_key(settings.ZHUCAN_KEY_FILE), ""
        audit.record(actor=by, action="orgs.index-rotated", target="keys", at=now())
        self.stdout.write("全部用新密钥做好了，旧的索引密钥已丢掉。请备份 keys.json；旧备份还要用旧的 keys.json 打开。")

    def _old(self) -> int:
        """Return how many values are sealed with a former key: a rotation that broke off is taken up again."""
        version = settings.ZHUCAN_FIELD_VERSION
        return sum(
            count
            for column in resealing.columns()
            for key, count in resealing.versions(column).items()
            if key != version
        )

    def _status(self) -> None:
        self.stdout.write(f"正在用第 {settings.ZHUCAN_FIELD_VERSION} 个密钥。")
        if settings.ZHUCAN_INDEX_NEXT:
            self.stdout.write("索引密钥没有换完：请运行 zhucan keys rotate-index --stopped 接着做。")
        for column in resealing.columns():
            found = resealing.versions(column)
            said = "，".join(f"第 {version} 个密钥 {count} 项" for version, count in sorted(found.items()))
            self.stdout.write(f"{column.name}：{said or '没有内容'}")

    def _forget(self) -> None:
        if left := self._old():
            raise CommandError(f"还有 {left} 项用旧密钥加密：请先运行 zhucan keys rotate --stopped。")
        gone = keyring.forget_field_keys(settings.ZHUCAN_KEY_FILE)
        self.stdout.write(f"已丢掉 {len(gone)} 个旧密钥。" if gone else "没有旧密钥。")
