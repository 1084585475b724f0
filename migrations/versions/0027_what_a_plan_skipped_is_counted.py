"""jobs that the plan of a batch skipped are counted from an index"""

import sqlalchemy as sa
from alembic import op


revision = '0027'
down_revision = '0025'
branch_labels = None
depends_on = None

IS_STOPPED = sa.text('stopped_by IS NOT NULL')


def upgrade():
    op.create_index(
        'ix_jobs_stopped_by', 'jobs',
        ['stopped_by', 'state', 'archived_at', 'score_only', 'created_at', 'id'],
        sqlite_where=IS_STOPPED, postgresql_where=IS_STOPPED,
    )


def downgrade():
    op.drop_index('ix_jobs_stopped_by', table_name='jobs')
