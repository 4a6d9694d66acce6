from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("registry", "0001_initial")]

    operations = [
        migrations.RemoveIndex(model_name="person", name="person_initials"),
        migrations.AddIndex(
            model_name="person",
            index=models.Index(
                fields=["initials", "name", "id"],
                name="person_initials",
                opclasses=("varchar_pattern_ops", "varchar_pattern_ops", "int8_ops"),
            ),
        ),
    ]
