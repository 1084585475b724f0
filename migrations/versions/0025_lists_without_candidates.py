"""lists of jobs without candidates are read from the same indexes as those with them"""

from alembic import op


revision = '0025'
down_revision = '0024'
branch_labels = None
depends_on = None

LISTED = ['created_at', 'id', 'archived_at', 'state']
FORMER = {
    'ix_jobs_created': LISTED,
    'ix_jobs_state_created': ['state', 'created_at', 'id', 'archived_at'],
    'ix_jobs_owner_created': ['owner_id', *LISTED],
    'ix_jobs_dataset_created': ['dataset_id', *LISTED],
    'ix_jobs_estimator': ['estimator', *LISTED],
    'ix_jobs_score': ['score', 'id', 'archived_at', 'state', 'partial'],
}


def upgrade():
    for name, columns in FORMER.items():
        op.drop_index(name, table_name='jobs')
        op.create_index(name, 'jobs', [*columns, 'score_only'])


def downgrade():
    for name, columns in FORMER.items():
        op.drop_index(name, table_name='jobs')
        op.create_index(name, 'jobs', columns)
