"""A gateway on Strawberry alone, with its DataLoader, SQLAlchemy's ORM and aioboto3."""
