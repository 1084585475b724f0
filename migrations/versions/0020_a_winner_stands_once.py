"""a winner stands on leaderboards in place of the candidate that it was made of"""

import sqlalchemy as sa
from alembic import op


revision = '0020'
down_revision = '0019'
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')
KEY = 'fk_job_scores_winner_id_jobs'
RANKING = ['group_id', 'metric', 'score', 'finished_at', 'job_id', 'estimator', 'owner_id']
HAS_WINNER = sa.text('winner_id IS NOT NULL')
FILL = """
UPDATE job_scores SET winner_id = (
  SELECT max(winner.id) FROM jobs AS candidate JOIN jobs AS winner
    ON winner.batch_id = candidate.batch_id AND winner.estimator = candidate.estimator
    AND winner.split_hash = candidate.split_hash
    AND {winner_parameters} = {candidate_parameters}
    AND {winner_preprocessing} = {candidate_preprocessing}
  WHERE candidate.id = job_scores.job_id AND NOT winner.score_only
    AND winner.id IN (SELECT scored.job_id FROM job_scores AS scored)
)
WHERE job_id IN (SELECT id FROM jobs WHERE score_only AND batch_id IS NOT NULL)
"""
# Two JSON texts may say the same with other spaces.
SAME = {'sqlite': 'json({}.{})', 'postgresql': 'CAST({}.{} AS jsonb)'}


def upgrade():
    op.drop_index('ix_job_scores_ranking', table_name='job_scores')
    with op.batch_alter_table('job_scores') as batch_op:
        batch_op.add_column(sa.Column('winner_id', BIG, nullable=True))
        batch_op.create_foreign_key(KEY, 'jobs', ['winner_id'], ['id'], ondelete='SET NULL')
    database = op.get_bind().dialect.name
    op.execute(FILL.format(**{
        f'{job}_{column}': SAME[database].format(job, column)
        for job in ('winner', 'candidate') for column in ('parameters', 'preprocessing')
    }))
    op.create_index('ix_job_scores_ranking', 'job_scores', [*RANKING, 'winner_id'])
    op.create_index(
        'ix_job_scores_winner', 'job_scores', ['winner_id'],
        sqlite_where=HAS_WINNER, postgresql_where=HAS_WINNER,
    )


def downgrade():
    op.drop_index('ix_job_scores_winner', table_name='job_scores')
    op.drop_index('ix_job_scores_ranking', table_name='job_scores')
    with op.batch_alter_table('job_scores') as batch_op:
        batch_op.drop_constraint(KEY, type_='foreignkey')
        batch_op.drop_column('winner_id')
    op.create_index('ix_job_scores_ranking', 'job_scores', RANKING)
