"""what people are told of when jobs end"""

import sqlalchemy as sa
from alembic import op


revision = '0015'
down_revision = '0014'
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')
WAITS = sa.text('told_at IS NULL')


def upgrade():
    op.add_column('users', sa.Column('last_notification', BIG, server_default='0', nullable=False))
    op.create_table('notify_choices',
    sa.Column('user_id', BIG, autoincrement=False, nullable=False),
    sa.Column('what', sa.String(length=10), nullable=False),
    sa.Column('min_minutes', BIG, nullable=False),
    sa.Column('changed_at', sa.DateTime(), nullable=False),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_notify_choices_user_id_users'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('user_id', name=op.f('pk_notify_choices')),
    )
    op.create_table('wishes',
    sa.Column('id', BIG, nullable=False),
    sa.Column('user_id', BIG, nullable=False),
    sa.Column('kind', sa.String(length=10), nullable=False),
    sa.Column('subject_id', BIG, nullable=False),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_wishes_user_id_users'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_wishes')),
    sa.UniqueConstraint('kind', 'subject_id', 'user_id', name=op.f('uq_wishes_kind')),
    )
    op.create_index(op.f('ix_wishes_user_id'), 'wishes', ['user_id'])
    op.create_table('notifications',
    sa.Column('id', BIG, nullable=False),
    sa.Column('user_id', BIG, nullable=False),
    sa.Column('kind', sa.String(length=10), nullable=False),
    sa.Column('subject_id', BIG, nullable=False),
    sa.Column('ended_at', sa.DateTime(), nullable=False),
    sa.Column('number', BIG, nullable=True),
    sa.Column('body', sa.JSON(none_as_null=True), nullable=False),
    sa.Column('created_at', sa.DateTime(), nullable=False),
    sa.Column('told_at', sa.DateTime(), nullable=True),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_notifications_user_id_users'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_notifications')),
    sa.UniqueConstraint('user_id', 'kind', 'subject_id', 'ended_at', name=op.f('uq_notifications_user_id')),
    sqlite_autoincrement=True,
    )
    op.create_index('ix_notifications_user_number', 'notifications', ['user_id', 'number'])
    op.create_index('ix_notifications_waiting', 'notifications', ['user_id'], sqlite_where=WAITS, postgresql_where=WAITS)
    op.create_index('ix_notifications_created_at', 'notifications', ['created_at'])


def downgrade():
    op.drop_table('notifications')
    op.drop_table('wishes')
    op.drop_table('notify_choices')
    op.drop_column('users', 'last_notification')
