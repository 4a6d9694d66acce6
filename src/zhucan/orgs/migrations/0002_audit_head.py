from django.db import migrations, models


def seal_the_chain(apps, schema_editor):
    """Give a chain that is there already its head, as it ends today."""
    from zhucan.orgs.audit import seal_of

    last = apps.get_model("orgs", "AuditEntry").objects.order_by("-sequence").first()
    if last is not None:
        apps.get_model("orgs", "AuditHead").objects.create(
            pk=1, sequence=last.sequence, digest=last.digest, seal=seal_of(last.sequence, last.digest)
        )


class Migration(migrations.Migration):

    dependencies = [
        ('orgs', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='AuditHead',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('sequence', models.PositiveBigIntegerField()),
                ('digest', models.CharField(max_length=64)),
                ('seal', models.CharField(max_length=64)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('pk', 1)), name='one_audit_head')],
            },
        ),
        migrations.RunPython(seal_the_chain, migrations.RunPython.noop),
    ]
