"""models have an alias, a note, stars, and what their list is sorted by; files are looked at first"""

import sqlalchemy as sa
from alembic import op


revision = '0010'
down_revision = '0009'
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')
# Metrics of which less is better, when this was written.
LESS = """'log_loss', 'brier', 'calibration_error', 'rmse', 'mae', 'median_ae', 'mape',
  'pinball_10', 'pinball_50', 'pinball_90', 'max_error'"""
LISTED = ['goodness', 'id', 'archived_at', 'family_id', 'estimator', 'owner_id', 'size_bytes',
          'words']
FILL = """
UPDATE models SET
  owner_id = (SELECT owner_id FROM jobs WHERE jobs.id = models.job_id),
  target = (SELECT target FROM jobs WHERE jobs.id = models.job_id),
  estimator = (SELECT estimator FROM jobs WHERE jobs.id = models.job_id),
  goodness = (SELECT COALESCE(CASE WHEN metric IN ({less}) THEN -score ELSE score END, -1e300)
              FROM jobs WHERE jobs.id = models.job_id),
  family_id = (SELECT COALESCE(datasets.family_id, datasets.id)
               FROM jobs JOIN datasets ON datasets.id = jobs.dataset_id
               WHERE jobs.id = models.job_id),
  size_bytes = COALESCE({size}, 0)
"""
SIZE = {
    'sqlite': "json_extract(files, '$.bundle.size_bytes')",
    'postgresql': "CAST(files -> 'bundle' ->> 'size_bytes' AS bigint)",
}


def upgrade():
    # Added in place, as in 0005.
    for column in (
        sa.Column('alias', sa.String(length=60), nullable=True),
        sa.Column('note', sa.String(length=2000), nullable=False, server_default=''),
        sa.Column('archived_at', sa.DateTime(), nullable=True),
        sa.Column('owner_id', BIG, nullable=False, server_default='0'),
        sa.Column('family_id', BIG, nullable=False, server_default='0'),
        sa.Column('target', sa.String(length=500), nullable=False, server_default=''),
        sa.Column('estimator', sa.String(length=100), nullable=False, server_default=''),
        sa.Column('goodness', sa.Float(), nullable=False, server_default='-1e300'),
        sa.Column('size_bytes', BIG, nullable=False, server_default='0'),
        sa.Column('words', sa.String(length=300), nullable=False, server_default=''),
    ):
        op.add_column('models', column)
    op.execute(FILL.format(less=LESS, size=SIZE[op.get_bind().dialect.name]))
    _fill_words()
    op.create_index('ix_models_family_target_alias', 'models', ['family_id', 'target', 'alias'], unique=True)
    op.create_index('ix_models_listed', 'models', LISTED)
    op.create_table('model_stars',
    sa.Column('user_id', BIG, nullable=False),
    sa.Column('model_id', BIG, nullable=False),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_model_stars_user_id_users'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['model_id'], ['models.id'], name=op.f('fk_model_stars_model_id_models'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('user_id', 'model_id', name=op.f('pk_model_stars')),
    )
    op.create_index('ix_model_stars_model_id', 'model_stars', ['model_id'])
    op.add_column('predictions', sa.Column('mapping', sa.JSON(none_as_null=True), nullable=True))
    op.add_column('predictions', sa.Column('matching', sa.JSON(none_as_null=True), nullable=True))


def downgrade():
    # A file that waits for its columns to be confirmed is in a state that the former version
    # does not know.
    op.execute("DELETE FROM predictions WHERE state IN ('checking', 'matched')")
    op.drop_column('predictions', 'matching')
    op.drop_column('predictions', 'mapping')
    op.drop_table('model_stars')
    op.drop_index('ix_models_listed', table_name='models')
    op.drop_index('ix_models_family_target_alias', table_name='models')
    for name in ('words', 'size_bytes', 'goodness', 'estimator', 'target', 'family_id', 'owner_id', 'archived_at', 'note', 'alias'):
        op.drop_column('models', name)


def _fill_words():
    """Write what is searched; SQLite alone makes only the letters of English small."""
    bind = op.get_bind()
    models = sa.table('models', sa.column('id'), sa.column('name'), sa.column('target'), sa.column('words'))
    rows = bind.execute(sa.select(models.c.id, models.c.name, models.c.target)).all()
    wanted = [{'of': row.id, 'now': f'{row.name} {row.target}'.lower()[:300]} for row in rows]
    if wanted:
        change = models.update().where(models.c.id == sa.bindparam('of')).values(words=sa.bindparam('now'))
        bind.execute(change, wanted)
