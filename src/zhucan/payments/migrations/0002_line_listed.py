from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("payments", "0001_initial")]

    operations = [
        migrations.RemoveIndex(model_name="line", name="payments_li_run_id_6b15ed_idx"),
        migrations.AddIndex(
            model_name="line", index=models.Index(fields=["run", "kind", "cause", "id"], name="line_listed")
        ),
    ]
