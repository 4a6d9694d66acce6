"""The tables of a database: of a new one all at once, of one that has some by the migrations it lacks.

Migrations describe every table anew at each of their steps. For a new database that was the half minute that a first
start took, and it comes to nothing else: the tables as the models tell them now. The migrations are noted as done.
"""

from django.apps import apps
from django.core.management import call_command
from django.core.management.sql import emit_post_migrate_signal
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.db.models import Model


def prepare() -> None:
    """Give the database every table it needs, as `migrate` does; safe to run again."""
    if connection.introspection.table_names():
        call_command("migrate", interactive=False, verbosity=0)
    else:
        _lay()


def _lay() -> None:
    recorder = MigrationRecorder(connection)
    done = sorted(MigrationLoader(connection).disk_migrations)
    models: list[type[Model]] = [recorder.Migration, *apps.get_models()]
    with connection.schema_editor() as editor:  # all of it or nothing
        for model in models:
            if model._meta.can_migrate(connection):
                editor.create_model(model)
        for app, name in done:
            recorder.record_applied(app, name)
    emit_post_migrate_signal(verbosity=0, interactive=False, db=connection.alias)
