"""where notifications are sent, and what became of each"""

import sqlalchemy as sa
from alembic import op


revision = '0016'
down_revision = '0015'
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')


def upgrade():
    op.create_table('webhooks',
    sa.Column('user_id', BIG, autoincrement=False, nullable=False),
    sa.Column('address', sa.String(length=2000), nullable=False),
    sa.Column('secret', sa.String(length=100), nullable=False),
    sa.Column('base_url', sa.String(length=300), nullable=False),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_webhooks_user_id_users'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('user_id', name=op.f('pk_webhooks')),
    )
    op.create_table('deliveries',
    sa.Column('id', BIG, nullable=False),
    sa.Column('user_id', BIG, nullable=False),
    sa.Column('token', sa.String(length=32), nullable=False),
    sa.Column('body', sa.JSON(none_as_null=True), nullable=False),
    sa.Column('state', sa.String(length=10), nullable=False),
    sa.Column('attempts', BIG, nullable=False),
    sa.Column('next_at', sa.DateTime(), nullable=True),
    sa.Column('outcome', sa.String(length=500), nullable=True),
    sa.Column('tried_at', sa.DateTime(), nullable=True),
    sa.Column('created_at', sa.DateTime(), nullable=False),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_deliveries_user_id_users'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_deliveries')),
    sqlite_autoincrement=True,
    )
    op.create_index('ix_deliveries_user', 'deliveries', ['user_id', 'state', 'id'])
    op.create_index('ix_deliveries_created_at', 'deliveries', ['created_at'])


def downgrade():
    op.drop_table('deliveries')
    op.drop_table('webhooks')
