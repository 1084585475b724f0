"""models of one table and target, and of one owner, are found in an index of their own"""

from alembic import op


revision = '0011'
down_revision = '0010'
branch_labels = None
depends_on = None

COLUMNS = ['family_id', 'target', 'goodness', 'id', 'archived_at', 'estimator', 'owner_id']
OF_OWNER = ['owner_id', 'goodness', 'id', 'archived_at', 'family_id', 'estimator', 'words']


def upgrade():
    op.create_index('ix_models_family_target', 'models', COLUMNS)
    op.create_index('ix_models_owner', 'models', OF_OWNER)


def downgrade():
    op.drop_index('ix_models_owner', table_name='models')
    op.drop_index('ix_models_family_target', table_name='models')
