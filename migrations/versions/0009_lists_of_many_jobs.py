"""jobs that are archived, noted, searched, sorted by settings and changed together; saved views"""

import sqlalchemy as sa
from alembic import op


revision = '0009'
down_revision = '0008'
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')
# Indexes of jobs, as they are and as they were; None for those that are new.
INDEXES = {
    'ix_jobs_created': (['created_at', 'id', 'archived_at', 'state'], ['created_at', 'id']),
    'ix_jobs_state_created': (
        ['state', 'created_at', 'id', 'archived_at'], ['state', 'created_at'],
    ),
    'ix_jobs_estimator': (
        ['estimator', 'created_at', 'id', 'archived_at', 'state'], ['estimator', 'created_at'],
    ),
    'ix_jobs_owner_created': (['owner_id', 'created_at', 'id', 'archived_at', 'state'], None),
    'ix_jobs_dataset_created': (['dataset_id', 'created_at', 'id', 'archived_at', 'state'], None),
    'ix_jobs_score': (['score', 'id', 'archived_at', 'state'], None),
}
FILL_ENTRIES = """
INSERT INTO job_entries (job_id, name, words, seconds)
SELECT id, substr({fold}(name), 1, 200), substr({fold}(
    name || {line} || target || {line} || coalesce({tags}, '') || {line} || coalesce({failure}, '')
  ), 1, 2000), {seconds}
FROM jobs
"""
FILL_TAGS = """
INSERT INTO job_tags (job_id, tag)
SELECT DISTINCT jobs.id, substr(one.value, 1, 50) FROM jobs, {each_tag} AS one
WHERE one.value IS NOT NULL
"""
FILL_SETTINGS = """
INSERT INTO job_settings (job_id, name, number, text)
SELECT jobs.id, substr(one.key, 1, 100), {number}, {text}
FROM jobs, json_each(jobs.parameters) AS one
"""
PARTS = {
    'sqlite': {
        'fold': 'fold',
        'line': 'char(10)',
        'tags': '(SELECT group_concat(value, char(10)) FROM json_each(jobs.tags))',
        'failure': "json_extract(failure, '$.message')",
        'seconds': '(julianday(finished_at) - julianday(started_at)) * 86400',
        'each_tag': 'json_each(jobs.tags)',
        'number': "CASE WHEN one.type IN ('integer', 'real') THEN one.value + 0.0 END",
        'text': "CASE WHEN one.type IN ('true', 'false', 'null') THEN one.type "
                "WHEN one.type NOT IN ('integer', 'real') THEN substr(one.value, 1, 200) END",
    },
    'postgresql': {
        'fold': 'lower',
        'line': 'chr(10)',
        'tags': '(SELECT string_agg(value, chr(10)) FROM json_array_elements_text(jobs.tags))',
        'failure': "failure ->> 'message'",
        'seconds': 'EXTRACT(EPOCH FROM finished_at - started_at)',
        'each_tag': 'json_array_elements_text(jobs.tags)',
        'number': "CASE WHEN json_typeof(one.value) = 'number' AND length(one.value #>> '{}') < 300 "
                  "THEN CAST(one.value #>> '{}' AS double precision) END",
        'text': "CASE WHEN json_typeof(one.value) <> 'number' OR length(one.value #>> '{}') >= 300 "
                "THEN substr(coalesce(one.value #>> '{}', 'null'), 1, 200) END",
    },
}


def upgrade():
    # Columns are added in place, as in 0005.
    op.add_column('jobs', sa.Column('note', sa.Text(), nullable=True))
    op.add_column('jobs', sa.Column('archived_at', sa.DateTime(), nullable=True))
    op.add_column('users', sa.Column('job_columns', sa.String(length=1000), nullable=True))
    for name, (columns, former) in INDEXES.items():
        if former:
            op.drop_index(name, table_name='jobs')
        op.create_index(name, 'jobs', columns)
    only_archived = sa.text('archived_at IS NOT NULL')
    op.create_index('ix_jobs_archived', 'jobs', ['archived_at', 'id'],
                    sqlite_where=only_archived, postgresql_where=only_archived)
    make_tables_to_search()
    make_tables_of_people()
    parts = PARTS[op.get_bind().dialect.name]
    for statement in (FILL_ENTRIES, FILL_TAGS, FILL_SETTINGS):
        op.execute(statement.format(**parts))
    op.create_index('ix_job_entries_name', 'job_entries', ['name', 'job_id'])
    op.create_index('ix_job_entries_seconds', 'job_entries', ['seconds', 'job_id'])
    op.create_index('ix_job_tags_tag', 'job_tags', ['tag', 'job_id'])
    op.create_index('ix_job_settings_value', 'job_settings', ['name', 'number', 'text', 'job_id'])
    op.create_index('ix_job_scores_metric', 'job_scores', ['metric', 'score', 'job_id'])


def make_tables_to_search():
    op.create_table('job_entries',
    sa.Column('job_id', BIG, nullable=False),
    sa.Column('name', sa.String(length=200), nullable=False),
    sa.Column('words', sa.String(length=2000), nullable=False),
    sa.Column('seconds', sa.Float(), nullable=True),
    sa.ForeignKeyConstraint(['job_id'], ['jobs.id'], name=op.f('fk_job_entries_job_id_jobs'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('job_id', name=op.f('pk_job_entries')),
    )
    op.create_table('job_tags',
    sa.Column('job_id', BIG, nullable=False),
    sa.Column('tag', sa.String(length=50), nullable=False),
    sa.ForeignKeyConstraint(['job_id'], ['jobs.id'], name=op.f('fk_job_tags_job_id_jobs'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('job_id', 'tag', name=op.f('pk_job_tags')),
    )
    op.create_table('job_settings',
    sa.Column('job_id', BIG, nullable=False),
    sa.Column('name', sa.String(length=100), nullable=False),
    sa.Column('number', sa.Float(), nullable=True),
    sa.Column('text', sa.String(length=200), nullable=True),
    sa.ForeignKeyConstraint(['job_id'], ['jobs.id'], name=op.f('fk_job_settings_job_id_jobs'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('job_id', 'name', name=op.f('pk_job_settings')),
    )


def make_tables_of_people():
    op.create_table('saved_views',
    sa.Column('id', BIG, nullable=False),
    sa.Column('user_id', BIG, nullable=False),
    sa.Column('name', sa.String(length=100), nullable=False),
    sa.Column('address', sa.Text(), nullable=False),
    sa.Column('created_at', sa.DateTime(), nullable=False),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_saved_views_user_id_users'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_saved_views')),
    sa.UniqueConstraint('user_id', 'name', name=op.f('uq_saved_views_user_id')),
    sqlite_autoincrement=True,
    )
    op.create_table('bulk_actions',
    sa.Column('id', BIG, nullable=False),
    sa.Column('user_id', BIG, nullable=False),
    sa.Column('action', sa.String(length=20), nullable=False),
    sa.Column('tag', sa.String(length=50), nullable=True),
    sa.Column('address', sa.Text(), nullable=False),
    sa.Column('job_ids', sa.JSON(none_as_null=True), nullable=False),
    sa.Column('total', BIG, nullable=False),
    sa.Column('done', BIG, nullable=False),
    sa.Column('changed', BIG, nullable=False),
    sa.Column('refused', sa.JSON(none_as_null=True), nullable=False),
    sa.Column('n_refused', BIG, nullable=False),
    sa.Column('state', sa.String(length=10), nullable=False),
    sa.Column('message', sa.String(length=500), nullable=True),
    sa.Column('created_at', sa.DateTime(), nullable=False),
    sa.Column('finished_at', sa.DateTime(), nullable=True),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_bulk_actions_user_id_users'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_bulk_actions')),
    sqlite_autoincrement=True,
    )
    op.create_index('ix_bulk_actions_user', 'bulk_actions', ['user_id', 'id'])
    op.create_index('ix_bulk_actions_created_at', 'bulk_actions', ['created_at'])


def downgrade():
    op.drop_index('ix_job_scores_metric', table_name='job_scores')
    for table in ('bulk_actions', 'saved_views', 'job_settings', 'job_tags', 'job_entries'):
        op.drop_table(table)
    op.drop_index('ix_jobs_archived', table_name='jobs')
    for name, (_, former) in INDEXES.items():
        op.drop_index(name, table_name='jobs')
        if former:
            op.create_index(name, 'jobs', former)
    op.drop_column('users', 'job_columns')
    for column in ('archived_at', 'note'):
        op.drop_column('jobs', column)
