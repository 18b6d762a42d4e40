"""Every rule of who may see what, and how the code reads without it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Edit:
    """A piece of code, which stands in its file once, and what takes its place."""

    file: str
    old: str
    new: str

    def __str__(self) -> str:
        return f"{self.file}: {' '.join(self.old.split())}  →  {' '.join(self.new.split())}"

    def apply(self, root: Path) -> None:
        """Make the edit in a tree."""
        file = root / self.file
        file.write_text(self.old_text(root).replace(self.old, self.new), encoding="utf-8")

    def old_text(self, root: Path) -> str:
        """The file's text before the edit."""
        return (root / self.file).read_text(encoding="utf-8")


def _of(file: str, *edits: tuple[str, str]) -> list[Edit]:
    return [Edit(file, old, new) for old, new in edits]


EDITS = [
    *_of(
        "loaders/rules.py",
        ("return Scope.SIGNED_IN", "return Scope.ANYONE"),
        ("if table.read is Read.STAFF:", "if False:"),
        ("Scope.STAFF if single or of_one_row else Scope.SPANNING", "Scope.STAFF"),
        ("if table.email in by:", "if False:"),
        (
            "        return Scope.OWNER\n    return Scope.SPANNING",
            "        pass\n    return Scope.OWNER",
        ),
        ("if single or table.owner_column in by or any(", "if True or any("),
        ("return parent is not None and parent.read is Read.OWNER", "return parent is not None"),
        ("if scope is Scope.SPANNING and is_refused(scope, request.viewer, table):", "if False:"),
        ("    if is_refused(scope, request.viewer, table):\n        return frozenset()\n", ""),
        ("    if not asks_for_owners(scope, request.viewer, table):", "    if True:"),
        ("if scope is Scope.SIGNED_IN and mine:", "if scope is Scope.SIGNED_IN:"),
        ("if scope is Scope.SIGNED_IN and mine:", "if mine:"),
        ("return scope in (Scope.STAFF, Scope.SPANNING)", "return scope in (Scope.SPANNING,)"),
        ("return scope in (Scope.STAFF, Scope.SPANNING)", "return scope in (Scope.STAFF,)"),
        ("scope is Scope.SIGNED_IN and not viewer.reads_all(table.product)\n    )", "False\n    )"),
        ("return scope is Scope.OWNER or (scope is Scope.EMAIL", "return (scope is Scope.EMAIL"),
        (" or (scope is Scope.EMAIL and _known_by_subject(viewer, table))", ""),
        ("return viewer.subject_at(table.product) is None", "return False"),
        ("if str(key[0]) == viewer.subject_at(table.product)]", "]"),
        (
            "return policies.of_owners(await request.owners(table.product))",
            "return policies.EVERYBODYS",
        ),
        ("return policies.of_email(folded(viewer.email))", "return policies.EVERYBODYS"),
        ("return policies.of_owners(())", "return policies.EVERYBODYS"),
        ("return [key for key in keys if viewer.has(key[0])]", "return keys"),
        ("[row for row in rows if folded(row[email]) == folded(key[0])]", "rows"),
        (
            "if any(row is not None and row[table.owner] not in allowed for row in rows):",
            "if False:",
        ),
    ),
    *_of(
        "loaders/viewer.py",
        ("(self.is_staff or service(product) in self.roles)", "True"),
        ("(self.is_staff or service(product) in self.roles)", "self.is_staff"),
        ("return masked and service(product) not in self.roles", "return False"),
        ("if self.subject is None or self.subject.product != product:", "if self.subject is None:"),
    ),
    *_of(
        "loaders/tables/policies.py",
        ('yield Policy("quintet_signed_in", f"{_SEES_ALL} OR {_HAS_ACCOUNT}")', "pass"),
        ('f"{_SEES_ALL} OR {_is_owned(table)}"', '"true"'),
        ('yield Policy("quintet_staff", _SEES_ALL)', 'yield Policy("quintet_staff", "true")'),
        ("f'lower({table.email} COLLATE \"C\") = {_once(_EMAIL)}'", '"true"'),
        ("return of_owners([subject] if is_key else [])", "return EVERYBODYS"),
    ),
    *_of(
        "gateway/authentication/tokens.py",
        ('(verified is True or verified == "true")', "True"),
        ("if not any(one in named for one in self._issuer.audience):", "if False:"),
        ('"require": ["exp", "iss"]', '"require": ["iss"]'),
        ("algorithms=[key.algorithm]", 'algorithms=["RS256", "ES256", "EdDSA", "HS256"]'),
        ("if len(token) > LONGEST:", "if False:"),
    ),
    *_of(
        "gateway/authentication/keys.py",
        (' and "d" not in jwk', ""),
        ("if key is not None and self._now() < self._read_at + STALE:", "if key is not None:"),
        (" or public.key_size >= SMALLEST_RSA", " or True"),
    ),
    *_of(
        "gateway/authentication/authenticator.py",
        ("if kept is None or kept.until <= self._now():", "if kept is None:"),
        ('if scheme.lower() != "bearer":', "if False:"),
    ),
    *_of(
        "gateway/http/endpoint.py",
        ("return demo or viewer.is_staff", "return True"),
        ("        refuse_unless_meant(incoming.head.headers)", "        pass"),
    ),
    *_of("gateway/http/cors.py", ("if origin not in self._origins:", "if False:")),
    *_of(
        "gateway/subscriptions/websocket.py",
        ("if not self._may_open(headers):", "if False:"),
        ("                await self._identified()\n", ""),
    ),
    *_of(
        "gateway/serving.py",
        ("if not STAFF.isdisjoint(issuer.roles.values()):", "if False:"),
    ),
    *_of(
        "gateway/execution/run.py",
        ("            await self._audited(operation, request, request_id)", "            pass"),
    ),
    *_of(
        "loaders/visibility.py",
        ("_personal(table, column) if column.personal else _plain(column)", "_plain(column)"),
        ("            return _signed_in(table, column)", "            return _plain(column)"),
        ("            return _staff(table, column)", "            return _plain(column)"),
        ("mask(column.read(row), column.mask)\n        case", "column.read(row)\n        case"),
        ("not (column.personal and viewer.sees_masked(table.product))", "True"),
        ("            return viewer.reads_all(table.product)\n", "            return True\n"),
        ("            return False\n", "            return True\n"),
        ("column.read(row) if own else mask(column.read(row), column.mask)", "column.read(row)"),
        ("owner is not None and row.get(owner) in await request.owners(table.product)", "True"),
        (" or await request.owners(table.product):", " or True:"),
        (
            "column.read(row) if is_open(table, column, info.context.viewer) else None",
            "column.read(row)",
        ),
    ),
    *_of(
        "loaders/masks.py",
        ("return value[0] + HIDDEN", "return value"),
        ('{local[0]}{HIDDEN}@{domain}" if at and local else HIDDEN', '{local}@{domain}"'),
        ("HIDDEN + value[-_NUMBER_SHOWN:] if len(value) >= _NUMBER_AT_LEAST else HIDDEN", "value"),
        ("_NUMBER_AT_LEAST = 8", "_NUMBER_AT_LEAST = 0"),
        ("{IPv4Address: 24, ", "{IPv4Address: 32, "),
        ("IPv6Address: 48}", "IPv6Address: 128}"),
        ("address = address.ipv4_mapped or address", "pass"),
        (
            "    except ValueError:\n        return HIDDEN",
            "    except ValueError:\n        return value",
        ),
        ("if sign in value), _OTHER_CLIENT)", "if sign in value), value)"),
    ),
    *_of(
        "loaders/access.py",
        ("owners=await rules.owners(self.scope, request, self.table)", "owners=None"),
        ("if terms.owners is not None and not terms.owners:", "if False:"),
        ("askable = rules.own_keys(self.scope, request, self.table, keys)", "askable = keys"),
        ("if self.scope is Scope.EMAIL:", "if False:"),
        (
            "        request = info.context\n"
            "        rules.refuse_unless_allowed(self.scope, request, self.table)\n        return",
            "        request = info.context\n        return",
        ),
        (
            "        request = info.context\n"
            "        rules.refuse_unless_allowed(self.scope, request, self.table)\n        if None",
            "        request = info.context\n        if None",
        ),
        ("rules.assert_owned(rows, self.table, owners)", "pass"),
        ("self._left(request, rows, terms.owners)\n        return rows", "return rows"),
        ("self._left(request, rows, terms.owners)\n        return slices", "return slices"),
        ("        self._left(request, rows.values(), along.owners)", "        pass"),
        ("        self._left(request, rows, along.owners)", "        pass"),
        ("            request.owners_read.note(rows)", "            pass"),
        ("        request.owners_read.note(chain.", "        tuple(chain."),
    ),
    *_of(
        "loaders/ahead.py",
        ("if _by_own_rights(access, viewer) and not _by_own_rights(above, viewer):", "if False:"),
        ("return await rules.owners(access.scope, request, access.table)", "return None"),
        ("owners = await self._owners(link.access, above)", "owners = None"),
    ),
    *_of(
        "loaders/stores/along.py",
        ("        read.owners is not None,\n", "        False,\n"),
        ('of_one["owners"] = list(read.owners or ())', 'of_one["owners"] = [1, 2, 3, 4, 5]'),
    ),
    *_of(
        "loaders/accounts.py",
        ("return bool(account.get(column) == value)", "return True"),
        ("and _gives_rights(row, table)", ""),
        (
            "if access is not None and subject is not None and subject.product == product:",
            "if False:",
        ),
    ),
    *_of(
        "loaders/stores/dynamo.py",
        ("if terms.owners is None or not isinstance(owner, Through):", "if True:"),
        ("        wanted = [key for key in wanted if key[place] in mine]", "        pass"),
        ("queries.examines_others(operation, table, index, terms)", "False"),
        ("        if parents:\n", "        if len(parents) == len(wanted):\n"),
    ),
    *_of(
        "loaders/stores/queries.py",
        ("rows = [row for row in rows if row.get(owner) in terms.owners]", "pass"),
        ("if terms.owners is not None and _judged(route, guarded=True):", "if False:"),
        ("return [key for key in keys if key[place] in terms.owners]", "return keys"),
        ('way.columns if operation == "BatchGetItem" else way.columns[:1]', "way.columns"),
    ),
    *_of(
        "loaders/stores/statements.py",
        ("    if not guarded:\n        return selected\n", "    return selected\n"),
        ("selected = selected.where(table.c[owner.column] == parent.c[key])", "pass"),
        (
            "return selected.where(column == sa.func.any(owners))",
            "return selected.where(sa.true())",
        ),
    ),
    *_of(
        "loaders/stores/unions.py",
        (
            "guarded_by(selected, route.table, guarded=manner.guarded)"
            ".order_by(keys.c[PLACE], *ordered)",
            "selected.order_by(keys.c[PLACE], *ordered)",
        ),
        (
            "guarded_by(answer, route.table, guarded=manner.guarded).order_by(",
            "answer.order_by(",
        ),
        (
            "counted = guarded_by(counted, route.table, guarded=manner.guarded)",
            "pass",
        ),
    ),
    *_of("loaders/stores/interface.py", ("visibility is Visibility.NEVER for", "name is None for")),
    *_of("loaders/trace.py", ("call.personal if viewer.sees_masked(call.store) else {}", "{}")),
    *_of(
        "loaders/tables/facts.py",
        ("if self.visibility is Visibility.NEVER:\n            return digest(value)", "pass"),
        ("return mask(value, self.mask) if self.personal else value", "return value"),
        ("if not isinstance(self.read, Read):", "if False:"),
    ),
    *_of("loaders/tables/prep.py", ('    active=("account_status", "active"),\n', "")),
    *_of("loaders/tables/social.py", ('    active=("isActive", True),\n', "")),
    *_of("loaders/tables/studio.py", ('    active=("is_active", True),\n', "")),
    *_of("resolvers/links.py", ('raise Forbidden("this is for staff alone")', "pass")),
    *_of("resolvers/ids.py", ("any(table.columns[name].personal for name in table.key)", "False")),
    *_of(
        "resolvers/person.py",
        (
            "    if not info.context.viewer.is_staff:\n        raise Forbidden(",
            "    if False:\n        raise Forbidden(",
        ),
        ("masked: str | None = mask(somebody.email, Mask.EMAIL)", "masked = somebody.email"),
    ),
    *_of(
        "schema/rows.py",
        ('_refuse_undeclared(table, f"{cls.__name__}.{name}", field)', "pass"),
        ("    if guarded:\n        raise", "    if False:\n        raise"),
        ('if not hasattr(field.metadata[RESOLVER], "columns"):', "if False:"),
    ),
    *_of(
        "resolvers/pipeline.py",
        ("return [] if await load.input_record.load(info, key) is None else [key]", "return [key]"),
    ),
    *_of(
        "schema/build.py",
        (
            "if type_name in ROOTS and not says_what_it_reaches",
            "if False and not says_what_it_reaches",
        ),
    ),
]
