"""numbers of rows never come again, and uploads know when they were last used"""

import sqlalchemy as sa
from alembic import op


revision = '0004'
down_revision = '0003'
branch_labels = None
depends_on = None

# Those whose numbers leave the process: in addresses, keys of files, chores and answers.
LASTING = ('users', 'api_tokens', 'datasets', 'transfers', 'relations', 'differences', 'jobs',
           'batches', 'models', 'predictions', 'chores')


def make_anew(options):
    """Make the tables anew on SQLite, which knows no other way; PostgreSQL always counted up."""
    if op.get_bind().dialect.name != 'sqlite':
        return
    for table in LASTING:
        with op.batch_alter_table(table, recreate='always', table_kwargs=options):
            pass


def upgrade():
    with op.batch_alter_table('datasets', schema=None) as batch_op:
        batch_op.add_column(sa.Column('touched_at', sa.DateTime(), nullable=True))
    op.execute('UPDATE datasets SET touched_at = created_at')
    with op.batch_alter_table('datasets', schema=None) as batch_op:
        batch_op.alter_column('touched_at', existing_type=sa.DateTime(), nullable=False)
    make_anew({'sqlite_autoincrement': True})
    # Files are fetched by a chore of its own; what has no file yet and is no sample waits for one.
    op.execute("UPDATE chores SET kind = 'fetch_file' WHERE kind = 'read_dataset'"
               " AND state IN ('queued', 'running') AND subject_id IN"
               " (SELECT id FROM datasets WHERE original_key IS NULL AND sample IS NULL)")


def downgrade():
    op.execute("UPDATE chores SET kind = 'read_dataset' WHERE kind = 'fetch_file'")
    make_anew({})
    with op.batch_alter_table('datasets', schema=None) as batch_op:
        batch_op.drop_column('touched_at')
