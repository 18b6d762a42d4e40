"""The instant that the demo's data hangs on. The demo's clock starts there too."""

from datetime import UTC, datetime, timedelta

EPOCH = datetime(2025, 9, 20, 12, 0, 0, tzinfo=UTC)
"""Now, as far as the demo's data knows. Everything that has happened happened before it."""


def ago(
    *, days: int = 0, hours: int = 0, minutes: int = 0, seconds: int = 0, milliseconds: int = 0
) -> datetime:
    """The instant so long before the epoch; after it where the numbers are negative."""
    return EPOCH - timedelta(
        days=days, hours=hours, minutes=minutes, seconds=seconds, milliseconds=milliseconds
    )


def iso(moment: datetime, *, millis: bool = False) -> str:
    """The instant as the DynamoDB products store it: ISO text in UTC that ends in `Z`."""
    precision = "milliseconds" if millis else "seconds"
    return naive(moment).isoformat(timespec=precision) + "Z"


def naive(moment: datetime) -> datetime:
    """The instant as the Postgres products store it: UTC, without saying so."""
    return moment.astimezone(UTC).replace(tzinfo=None)


def unix(moment: datetime) -> int:
    """The instant as DynamoDB's TTL has it: whole seconds since 1970."""
    return int(moment.timestamp())
