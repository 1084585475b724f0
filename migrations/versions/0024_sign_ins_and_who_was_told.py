"""a row for each browser in which somebody is signed in; who was told of an end is found by an index"""

import sqlalchemy as sa
from alembic import op


revision = '0024'
down_revision = '0023'
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')


def upgrade():
    op.create_index(
        'ix_notifications_subject', 'notifications', ['kind', 'subject_id', 'ended_at']
    )
    op.create_table('sign_ins',
    sa.Column('id', BIG, nullable=False),
    sa.Column('user_id', BIG, nullable=False),
    sa.Column('token', sa.String(length=32), nullable=False),
    sa.Column('browser', sa.String(length=60), nullable=False),
    sa.Column('created_at', sa.DateTime(), nullable=False),
    sa.Column('seen_at', sa.DateTime(), nullable=False),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_sign_ins_user_id_users'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_sign_ins')),
    sa.UniqueConstraint('token', name=op.f('uq_sign_ins_token')),
    sqlite_autoincrement=True,
    )
    op.create_index(op.f('ix_sign_ins_user_id'), 'sign_ins', ['user_id'])
    op.create_index(op.f('ix_sign_ins_seen_at'), 'sign_ins', ['seen_at'])


def downgrade():
    op.drop_table('sign_ins')
    op.drop_index('ix_notifications_subject', table_name='notifications')
