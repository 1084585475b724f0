"""what ended last of a person is read from an index alone"""

from alembic import op


revision = '0014'
down_revision = '0013'
branch_labels = None
depends_on = None

ENDED = ['owner_id', 'state', 'finished_at', 'id', 'score_only']


def upgrade():
    op.drop_index('ix_jobs_owner_state', table_name='jobs')
    op.create_index('ix_jobs_owner_ended', 'jobs', ENDED)


def downgrade():
    op.drop_index('ix_jobs_owner_ended', table_name='jobs')
    op.create_index('ix_jobs_owner_state', 'jobs', ['owner_id', 'state'])
