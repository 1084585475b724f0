"""jobs whose search's time was up were stopped by nobody, and no name says so"""

from alembic import op


revision = '0013'
down_revision = '0012'
branch_labels = None
depends_on = None

STOPPED = "UPDATE jobs SET stopped_by = '{after}' WHERE stopped_by = '{before}' AND score_only"


def upgrade():
    op.execute(STOPPED.format(before='dispatcher', after=''))


def downgrade():
    op.execute(STOPPED.format(before='', after='dispatcher'))
