"""Whose tokens are taken: an issuer, as the setting GATEWAY_ISSUERS tells of it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Final, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from gateway.authentication.keys import Algorithm, keys_of
from gateway.loopback import on_loopback
from loaders.tables.catalogue import DYNAMODB, POSTGRES
from loaders.viewer import STAFF, service

_PRODUCTS: Final = (*POSTGRES, *DYNAMODB)
ROLES: Final = (*sorted(STAFF), *map(service, _PRODUCTS))


def _product(name: str) -> str:
    if name not in _PRODUCTS:
        raise ValueError(f"the products are {', '.join(_PRODUCTS)}")
    return name


def _role(name: str) -> str:
    if name not in ROLES:
        raise ValueError(f"the roles are {', '.join(ROLES)}")
    return name


def _jwks(given: str | Mapping[str, Any]) -> str | Mapping[str, Any]:
    if isinstance(given, str) and given.startswith("http:"):
        if not on_loopback(given):
            raise ValueError("keys off this machine are read by https alone")
    elif isinstance(given, str) and not given.startswith("https:") and not Path(given).is_file():
        raise ValueError("neither a URL nor a file that is there")
    return given


Name = Annotated[str, Field(min_length=1)]
Product = Annotated[str, AfterValidator(_product)]
Role = Annotated[str, AfterValidator(_role)]


class Told(BaseModel):
    """What the settings tell, no more and no less."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Claims(Told):
    """The names that an issuer gives its claims."""

    subject: Name = "sub"
    email: Name = "email"
    email_verified: Name = "email_verified"
    roles: Name = "roles"


class Issuer(Told):
    """An issuer of tokens.

    `product` is the one whose accounts its subjects are. `jwks` is a URL, the path of a file, or
    the set of keys itself. `roles` are those that it may give: the role here by its own word for
    it. `cognito`: its tokens have the shape of a Cognito user pool's.
    """

    issuer: Name
    product: Product | None = None
    audience: list[Name] = Field(min_length=1)
    algorithms: list[Algorithm] = Field(["RS256"], min_length=1)
    jwks: Annotated[str | dict[str, Any], AfterValidator(_jwks)] = Field(repr=False)
    claims: Claims = Claims()
    roles: Mapping[Name, Role] = Field(default_factory=dict)
    cognito: bool = False

    @model_validator(mode="before")
    @classmethod
    def _in_groups(cls, given: Any) -> Any:
        """Cognito's word for roles, unless another is given."""
        if not isinstance(given, dict) or given.get("cognito") is not True:
            return given
        claims = given.get("claims", {})
        if not isinstance(claims, dict):
            return given
        return {**given, "claims": {"roles": "cognito:groups", **claims}}

    @model_validator(mode="after")
    def _has_keys(self) -> Self:
        """Keys that are there already have to be of use."""
        if not isinstance(self.jwks, str) and not keys_of(self.jwks, self.algorithms):
            raise ValueError(f"jwks has no public key for {' or '.join(self.algorithms)}")
        return self


def _each_once(issuers: list[Issuer]) -> list[Issuer]:
    names = [issuer.issuer for issuer in issuers]
    for name in names:
        if names.count(name) > 1:
            raise ValueError(f"{name} is named more than once")
    return issuers


Issuers = Annotated[list[Issuer], AfterValidator(_each_once)]
