"""requests that were checked before a job of them is submitted"""

import sqlalchemy as sa
from alembic import op


revision = '0006'
down_revision = '0005'
branch_labels = None
depends_on = None


def upgrade():
    op.create_table('preflights',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('dataset_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('owner_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('key', sa.String(length=64), nullable=False),
    sa.Column('asked', sa.JSON(none_as_null=True), nullable=False),
    sa.Column('n_jobs', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('state', sa.String(length=10), nullable=False),
    sa.Column('answer', sa.JSON(none_as_null=True), nullable=True),
    sa.Column('failure', sa.JSON(none_as_null=True), nullable=True),
    sa.Column('created_at', sa.DateTime(), nullable=False),
    sa.ForeignKeyConstraint(['dataset_id'], ['datasets.id'], name=op.f('fk_preflights_dataset_id_datasets'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['owner_id'], ['users.id'], name=op.f('fk_preflights_owner_id_users')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_preflights')),
    sa.UniqueConstraint('key', name=op.f('uq_preflights_key')),
    sqlite_autoincrement=True,
    )
    with op.batch_alter_table('preflights', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_preflights_created_at'), ['created_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_preflights_dataset_id'), ['dataset_id'], unique=False)


def downgrade():
    with op.batch_alter_table('preflights', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_preflights_dataset_id'))
        batch_op.drop_index(batch_op.f('ix_preflights_created_at'))
    op.drop_table('preflights')
