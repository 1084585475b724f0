"""preferences of a person, recipes, failures that need no look any more"""

import sqlalchemy as sa
from alembic import op


revision = '0012'
down_revision = '0011'
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')


def upgrade():
    op.add_column('users', sa.Column('preferences', sa.JSON(none_as_null=True), server_default='{}', nullable=False))
    op.create_table('dismissals',
    sa.Column('id', BIG, nullable=False),
    sa.Column('user_id', BIG, nullable=False),
    sa.Column('job_id', BIG, nullable=False),
    sa.Column('attempt', BIG, nullable=False),
    sa.ForeignKeyConstraint(['job_id'], ['jobs.id'], name=op.f('fk_dismissals_job_id_jobs'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_dismissals_user_id_users'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_dismissals')),
    sa.UniqueConstraint('user_id', 'job_id', name=op.f('uq_dismissals_user_id')),
    )
    op.create_index(op.f('ix_dismissals_job_id'), 'dismissals', ['job_id'])
    op.create_table('recipes',
    sa.Column('id', BIG, nullable=False),
    sa.Column('owner_id', BIG, nullable=False),
    sa.Column('name', sa.String(length=100), nullable=False),
    sa.Column('shared', sa.Boolean(), server_default=sa.false(), nullable=False),
    sa.Column('request', sa.JSON(none_as_null=True), nullable=False),
    sa.Column('created_at', sa.DateTime(), nullable=False),
    sa.ForeignKeyConstraint(['owner_id'], ['users.id'], name=op.f('fk_recipes_owner_id_users')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_recipes')),
    sa.UniqueConstraint('owner_id', 'name', name=op.f('uq_recipes_owner_id')),
    sqlite_autoincrement=True,
    )


def downgrade():
    op.drop_table('recipes')
    op.drop_index(op.f('ix_dismissals_job_id'), 'dismissals')
    op.drop_table('dismissals')
    op.drop_column('users', 'preferences')
