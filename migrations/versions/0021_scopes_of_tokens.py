"""a token has a scope; those that were made before may do all that their owners may"""

import sqlalchemy as sa
from alembic import op


revision = '0021'
down_revision = '0020'
branch_labels = None
depends_on = None


def upgrade():
    scope = sa.Column('scope', sa.String(10), nullable=False, server_default='admin')
    with op.batch_alter_table('api_tokens') as batch_op:
        batch_op.add_column(scope)


def downgrade():
    # Without a scope they would open all that their owners may do.
    op.execute("DELETE FROM api_tokens WHERE scope <> 'admin'")
    with op.batch_alter_table('api_tokens') as batch_op:
        batch_op.drop_column('scope')
