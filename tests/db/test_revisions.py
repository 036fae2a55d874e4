from alembic.script import ScriptDirectory

from evosync.db.migrate import list_revisions
from evosync.places import migrations_dir


def test_the_names_of_the_files_tell_the_order_of_the_revisions() -> None:
    scripts = ScriptDirectory(str(migrations_dir())).walk_revisions()
    assert list_revisions() == [script.revision for script in reversed(list(scripts))]
