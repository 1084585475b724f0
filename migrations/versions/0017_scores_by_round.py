"""scores of a fold by round, where its fit could be watched"""

import sqlalchemy as sa
from alembic import op


revision = '0017'
down_revision = '0016'
branch_labels = None
depends_on = None


def upgrade():
    with op.batch_alter_table('job_folds') as batch_op:
        batch_op.add_column(sa.Column('curve', sa.JSON(none_as_null=True), nullable=True))


def downgrade():
    with op.batch_alter_table('job_folds') as batch_op:
        batch_op.drop_column('curve')
