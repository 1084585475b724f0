"""Unbound Flask extensions; `create_app` binds them. Imports nothing of ours."""

from flask_login import LoginManager
from flask_sqlalchemy import SQLAlchemy
from flask_wtf.csrf import CSRFProtect
from sqlalchemy import BigInteger, Integer, MetaData
from sqlalchemy.orm import DeclarativeBase, registry


class Record(DeclarativeBase):
    """Base class of every record: one row of one table."""

    registry = registry(
        # SQLite counts up only for INTEGER PRIMARY KEY, and its INTEGER is 64 bits wide anyway.
        type_annotation_map={int: BigInteger().with_variant(Integer(), "sqlite")},
        # Names for what would otherwise have none, so that a migration can take it back.
        metadata=MetaData(
            naming_convention={
                "ix": "ix_%(table_name)s_%(column_0_name)s",
                "uq": "uq_%(table_name)s_%(column_0_name)s",
                "fk": "fk_%(table_name)s_%(column_0_name)s",
                "pk": "pk_%(table_name)s",
            }
        ),
    )


db = SQLAlchemy(
    model_class=Record,
    disable_autonaming=True,
    session_options={"expire_on_commit": False},
)
login_manager = LoginManager()
csrf = CSRFProtect()
