"""The demo's persons. Products know each other's people by e-mail alone, so e-mails live here."""

from typing import NamedTuple

from gateway.demo.data.making import faker


class Person(NamedTuple):
    """Somebody with an account at one product or more."""

    email: str
    first_name: str
    last_name: str


ADA = Person("ada@example.com", "Ada", "Lovelace")
"""The main person: accounts at every product, and enough of everything for several pages."""

BEN = Person("ben@example.com", "Ben", "Okafor")
"""Accounts at every product but prep, with an ordinary amount of data."""

CHLOE = Person("chloe@example.com", "Chloé", "Dubois")
"""An account at stream alone."""

DMITRI = Person("dmitri@example.com", "Дмитрий", "Волков")
"""An account at family alone, as a parent."""

ERIN = Person("erin@example.com", "Erin", "Walsh")
"""An admin at family, which gives no rights here: staff are named by their token."""

NOUR = Person("nour@example.com", "Nour", "حداد")
"""An account at prep alone."""

ZOE = Person("zoë@example.com", "Zoë", "Müller")
"""Accounts at every product but studio, under an address that is not ASCII."""

MIXED_CASE = Person("Mixed.Case@Example.com", "Mika", "Case")
"""Family keeps this address as it is written here, stream and prep keep it in lower case."""

IDA = Person("Ida.Rhodes@Example.com", "Ida", "Rhodes")
"""Prep keeps this address as it is written here, studio keeps it in lower case."""

IRIS = Person("iris@example.com", "Iris", "Ito")
"""Inactive at studio, active at social."""

OMAR = Person("omar@example.com", "Omar", "Sørensen")
"""Active at studio, where he made nothing; inactive at social, suspended at prep."""

LENA = Person("lena@example.com", "Lena", "Łuczak")
"""Active at studio, deleted at prep, which keeps her data."""

JOHN = Person("john@example.com", "John", "Doe")
"""The account at stream that the document's example of a profile belongs to."""

JOHN_DOE = Person("user@example.com", "John", "Doe")
"""The creator of social's document: its examples are his data, and all of it."""

WHALE = Person("whale@example.com", "Moby", "Waal")
"""Accounts at every product, whose lists grow with the data; the demo's own has none."""

_LOCALES = ("en_US", "ja_JP", "fr_FR", "pl_PL", "pt_BR")


def strangers(product: str, count: int) -> list[Person]:
    """People of one product alone: no other product has their e-mails."""
    fakes = [faker(locale, f"{product} strangers") for locale in _LOCALES]
    return [
        Person(
            f"person{number:02}@{product}.example.com",
            fakes[number % len(fakes)].first_name(),
            fakes[number % len(fakes)].last_name(),
        )
        for number in range(1, count + 1)
    ]
