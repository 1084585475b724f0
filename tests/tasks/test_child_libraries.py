"""What a child has loaded is memory of every child."""

import subprocess
import sys

HEAVY = ("sqlalchemy", "alembic", "flask_sqlalchemy", "wtforms", "boto3", "celery")


def test_a_child_has_no_libraries_of_the_web_application_and_of_s3() -> None:
    code = (
        f"import sys, tasks.child_work\nprint([name for name in {HEAVY} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
