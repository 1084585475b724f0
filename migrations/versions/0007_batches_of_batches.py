"""batches that belong to another batch"""

import sqlalchemy as sa
from alembic import op


revision = '0007'
down_revision = '0006'
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')


def upgrade():
    # Added in place, as in 0005.
    op.add_column('batches', sa.Column('parent_id', BIG, nullable=True))
    op.create_index('ix_batches_parent_id', 'batches', ['parent_id'])


def downgrade():
    op.drop_index('ix_batches_parent_id', table_name='batches')
    op.drop_column('batches', 'parent_id')
