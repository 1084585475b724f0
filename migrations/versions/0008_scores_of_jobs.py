"""the scores of succeeded jobs, one row for each metric"""

import sqlalchemy as sa
from alembic import op


revision = '0008'
down_revision = '0007'
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')
RANKING = ['group_id', 'metric', 'score', 'finished_at', 'job_id', 'estimator', 'owner_id']
DONE = """
jobs.state = 'succeeded' AND NOT jobs.partial AND jobs.split_hash IS NOT NULL
  AND jobs.finished_at IS NOT NULL AND {outer} IS NULL
"""
OF_POSITIVE = "'average_precision', 'f1', 'precision', 'recall'"
FILL_GROUPS = """
INSERT INTO score_groups (dataset_id, target, split_hash)
SELECT DISTINCT jobs.dataset_id, jobs.target, jobs.split_hash FROM jobs WHERE {done}
"""
FILL_SCORES = """
INSERT INTO job_scores
  (job_id, group_id, metric, positive, score, finished_at, estimator, owner_id)
SELECT jobs.id, score_groups.id, one.key, CASE WHEN one.key IN ({of_positive}) THEN {positive} END,
  {score}, jobs.finished_at, jobs.estimator, jobs.owner_id
FROM jobs
JOIN score_groups ON score_groups.dataset_id = jobs.dataset_id
  AND score_groups.target = jobs.target AND score_groups.split_hash = jobs.split_hash,
  {each} AS one
WHERE {done} AND {score} IS NOT NULL
"""
SCORE = {
    'sqlite': "json_extract(one.value, '$.mean')",
    'postgresql': "CAST(one.value ->> 'mean' AS double precision)",
}
POSITIVE = {
    'sqlite': "json_extract(jobs.details, '$.positive_class')",
    'postgresql': "jobs.details ->> 'positive_class'",
}
OUTER = {
    'sqlite': "json_extract(jobs.validation, '$.outer_fold')",
    'postgresql': "jobs.validation ->> 'outer_fold'",
}
EACH = {'sqlite': 'json_each(jobs.metrics)', 'postgresql': 'LATERAL json_each(jobs.metrics)'}


def upgrade():
    op.create_table('score_groups',
    sa.Column('id', BIG, nullable=False),
    sa.Column('dataset_id', BIG, nullable=False),
    sa.Column('target', sa.String(length=500), nullable=False),
    sa.Column('split_hash', sa.String(length=64), nullable=False),
    sa.ForeignKeyConstraint(['dataset_id'], ['datasets.id'], name=op.f('fk_score_groups_dataset_id_datasets'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_score_groups')),
    sa.UniqueConstraint('dataset_id', 'target', 'split_hash', name=op.f('uq_score_groups_dataset_id')),
    sqlite_autoincrement=True,
    )
    op.create_table('job_scores',
    sa.Column('id', BIG, nullable=False),
    sa.Column('job_id', BIG, nullable=False),
    sa.Column('group_id', BIG, nullable=False),
    sa.Column('metric', sa.String(length=50), nullable=False),
    sa.Column('positive', sa.String(length=500), nullable=True),
    sa.Column('score', sa.Float(), nullable=False),
    sa.Column('finished_at', sa.DateTime(), nullable=False),
    sa.Column('estimator', sa.String(length=100), nullable=False),
    sa.Column('owner_id', BIG, nullable=False),
    sa.ForeignKeyConstraint(['job_id'], ['jobs.id'], name=op.f('fk_job_scores_job_id_jobs'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['group_id'], ['score_groups.id'], name=op.f('fk_job_scores_group_id_score_groups'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_job_scores')),
    sa.UniqueConstraint('job_id', 'metric', name=op.f('uq_job_scores_job_id')),
    )
    database = op.get_bind().dialect.name
    done = DONE.format(outer=OUTER[database])
    op.execute(FILL_GROUPS.format(done=done))
    op.execute(FILL_SCORES.format(
        score=SCORE[database], each=EACH[database], done=done, positive=POSITIVE[database],
        of_positive=OF_POSITIVE,
    ))
    op.create_index('ix_job_scores_ranking', 'job_scores', RANKING)


def downgrade():
    op.drop_index('ix_job_scores_ranking', table_name='job_scores')
    op.drop_table('job_scores')
    op.drop_table('score_groups')
