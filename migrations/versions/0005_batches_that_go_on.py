"""batches that go on by themselves, and jobs that are scored only"""

import sqlalchemy as sa
from alembic import op


revision = '0005'
down_revision = '0004'
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')


def upgrade():
    # Columns are added in place: SQLite would make a table anew, and forget that its numbers
    # never come again.
    op.add_column('jobs', sa.Column('score_only', sa.Boolean(), nullable=False,
                                    server_default=sa.false()))
    op.add_column('jobs', sa.Column('stopped_because', sa.String(length=300), nullable=True))
    op.add_column('batches', sa.Column('plan', sa.JSON(none_as_null=True), nullable=True))
    op.add_column('batches', sa.Column('plan_state', sa.String(length=10), nullable=True))
    op.add_column('batches', sa.Column('plan_step', BIG, nullable=False,
                                       server_default='0'))
    op.add_column('batches', sa.Column('plan_message', sa.String(length=500), nullable=True))
    op.add_column('batches', sa.Column('final_job_id', BIG, nullable=True))
    op.create_index('ix_batches_plan', 'batches', ['plan_state'])


def downgrade():
    op.drop_index('ix_batches_plan', table_name='batches')
    for column in ('final_job_id', 'plan_message', 'plan_step', 'plan_state', 'plan'):
        op.drop_column('batches', column)
    for column in ('stopped_because', 'score_only'):
        op.drop_column('jobs', column)
