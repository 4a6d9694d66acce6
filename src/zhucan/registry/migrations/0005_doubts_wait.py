from typing import Any

from django.db import migrations, models

from zhucan.orgs.clock import day_of


def _since(apps: Any, editor: Any) -> None:
    """A deadline began when the doubt was recorded; of one referred since, nothing tells when."""
    doubts = apps.get_model("registry", "Doubt").objects
    for doubt in doubts.only("recorded_at").iterator():
        doubts.filter(pk=doubt.pk).update(since=day_of(doubt.recorded_at))


class Migration(migrations.Migration):
    dependencies = [("registry", "0004_side_jobs")]

    operations = [
        migrations.AddField("doubt", "since", models.DateField("期限从哪天起算", null=True)),
        migrations.RunPython(_since, migrations.RunPython.noop),
        migrations.AlterField("doubt", "since", models.DateField("期限从哪天起算")),
        migrations.AlterField("doubt", "due", models.DateField("期限", null=True)),
    ]
