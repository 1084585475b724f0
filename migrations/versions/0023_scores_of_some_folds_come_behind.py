"""a list by score tells scores of some folds from the others by the index alone"""

from alembic import op


revision = '0023'
down_revision = '0021'
branch_labels = None
depends_on = None

FORMER = ['score', 'id', 'archived_at', 'state']


def upgrade():
    op.drop_index('ix_jobs_score', table_name='jobs')
    op.create_index('ix_jobs_score', 'jobs', [*FORMER, 'partial'])


def downgrade():
    op.drop_index('ix_jobs_score', table_name='jobs')
    op.create_index('ix_jobs_score', 'jobs', FORMER)
