"""a cancel that is taken back finds by an index who was told of it"""

from alembic import op


revision = '0024'
down_revision = '0023'
branch_labels = None
depends_on = None


def upgrade():
    op.create_index(
        'ix_notifications_subject', 'notifications', ['kind', 'subject_id', 'ended_at']
    )


def downgrade():
    op.drop_index('ix_notifications_subject', table_name='notifications')
