"""The web entry: ``gunicorn wsgi:app``; and ``flask --app wsgi`` for the commands."""

from dashboard import create_app
from tasks.dispatcher import dispatcher

app = create_app()
app.cli.add_command(dispatcher)
