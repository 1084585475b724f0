"""what ended last of a person is read from an index alone"""

import sqlalchemy as sa
from alembic import op


revision = '0014'
down_revision = '0013'
branch_labels = None
depends_on = None

HAS_ENDED = sa.text('finished_at IS NOT NULL')
ENDED = ['owner_id', 'state', 'finished_at', 'id', 'score_only']


def upgrade():
    op.drop_index('ix_jobs_owner_state', table_name='jobs')
    op.create_index(
        'ix_jobs_owner_ended', 'jobs', ENDED, sqlite_where=HAS_ENDED, postgresql_where=HAS_ENDED,
    )


def downgrade():
    op.drop_index('ix_jobs_owner_ended', table_name='jobs')
    op.create_index('ix_jobs_owner_state', 'jobs', ['owner_id', 'state'])
