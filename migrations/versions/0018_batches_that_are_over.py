"""whether a batch is over, and which batches had a job that ended, is read from indexes alone"""

import sqlalchemy as sa
from alembic import op


revision = '0018'
down_revision = '0017'
branch_labels = None
depends_on = None

HAS_ENDED = sa.text('finished_at IS NOT NULL')
IS_OF_BATCH = sa.text('batch_id IS NOT NULL')
ENDED = ['owner_id', 'state', 'finished_at', 'id', 'score_only']


def make_owner_ended(columns):
    op.drop_index('ix_jobs_owner_ended', table_name='jobs')
    op.create_index('ix_jobs_owner_ended', 'jobs', columns,
                    sqlite_where=HAS_ENDED, postgresql_where=HAS_ENDED)


def upgrade():
    make_owner_ended([*ENDED, 'batch_id'])
    op.drop_index('ix_jobs_batch_id', table_name='jobs')
    op.create_index('ix_jobs_batch', 'jobs', ['batch_id', 'state', 'finished_at'],
                    sqlite_where=IS_OF_BATCH, postgresql_where=IS_OF_BATCH)


def downgrade():
    op.drop_index('ix_jobs_batch', table_name='jobs')
    op.create_index('ix_jobs_batch_id', 'jobs', ['batch_id'])
    make_owner_ended(ENDED)
