"""how long each attempt worked; a job's duration is that of its attempts, without the time between them"""

import sqlalchemy as sa
from alembic import op


revision = '0019'
down_revision = '0018'
branch_labels = None
depends_on = None

# The end of an attempt whose worker died was written when that was noticed, perhaps hours later.
# What it measured and wrote last tells when it still worked; the line about its death is a warning.
FILL_ATTEMPTS = """
UPDATE job_attempts SET seconds = {span}
WHERE ended_at IS NOT NULL
"""
LAST_SIGN = """
CASE WHEN ended_by <> 'worker_died' THEN ended_at ELSE coalesce((
  SELECT max(signs.at) FROM (
    SELECT job_usage.at AS at FROM job_usage
    WHERE job_usage.job_id = job_attempts.job_id AND job_usage.attempt = job_attempts.number
    UNION ALL
    SELECT log_lines.at AS at FROM log_lines
    WHERE log_lines.job_id = job_attempts.job_id AND log_lines.level = 'info'
    AND log_lines.at >= job_attempts.started_at AND log_lines.at <= job_attempts.ended_at
  ) AS signs
), started_at) END
"""
ADD_UP = """
UPDATE job_entries SET seconds = (
  SELECT sum(job_attempts.seconds) FROM job_attempts
  WHERE job_attempts.job_id = job_entries.job_id
)
WHERE job_id IN (SELECT id FROM jobs WHERE finished_at IS NOT NULL)
"""
AS_BEFORE = """
UPDATE job_entries SET seconds = (
  SELECT {span} FROM jobs WHERE jobs.id = job_entries.job_id
)
WHERE job_id IN (SELECT id FROM jobs WHERE finished_at IS NOT NULL)
"""
SPANS = {
    'sqlite': 'max((julianday({end}) - julianday(started_at)) * 86400, 0.0)',
    'postgresql': 'greatest(EXTRACT(EPOCH FROM {end} - started_at), 0)',
}


def span(end):
    return SPANS[op.get_bind().dialect.name].format(end=end)


def upgrade():
    op.add_column('job_attempts', sa.Column('seconds', sa.Float(), nullable=True))
    op.execute(FILL_ATTEMPTS.format(span=span(f'({LAST_SIGN})')))
    op.execute(ADD_UP)


def downgrade():
    op.execute(AS_BEFORE.format(span=span('finished_at')))
    op.drop_column('job_attempts', 'seconds')
