"""batches that belong to another batch; the best job of a dataset is no candidate"""

import sqlalchemy as sa
from alembic import op


revision = '0007'
down_revision = '0006'
branch_labels = None
depends_on = None

ASKED = ['dataset_id', 'target', 'task', 'state', 'metric', 'score']
BIG = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')


def upgrade():
    # Added in place, as in 0005.
    op.add_column('batches', sa.Column('parent_id', BIG, nullable=True))
    op.create_index('ix_batches_parent_id', 'batches', ['parent_id'])
    op.drop_index('ix_jobs_dataset_target', table_name='jobs')
    op.create_index('ix_jobs_dataset_target', 'jobs', [*ASKED, 'score_only'])


def downgrade():
    op.drop_index('ix_jobs_dataset_target', table_name='jobs')
    op.create_index('ix_jobs_dataset_target', 'jobs', ASKED)
    op.drop_index('ix_batches_parent_id', table_name='batches')
    op.drop_column('batches', 'parent_id')
