"""Which differences between two JSON Schemas of one contract break somebody.

Both directions count, because old and new versions of services run side by side and Kafka keeps facts for ever: a new reader meets
old facts, an old reader meets new ones. What is left is the rule of the design: a contract grows by optional fields, nothing else.
"""

from collections.abc import Iterator, Mapping

Schema = Mapping[str, object]

_LIMITS = (
    "type",
    "const",
    "format",
    "pattern",
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "minLength",
    "maxLength",
    "minItems",
    "maxItems",
    "uniqueItems",
    "additionalProperties",
    "contentEncoding",
)
"""Keywords that decide what is valid; titles, descriptions and defaults do not."""


def breaking_changes(old: Schema, new: Schema) -> Iterator[str]:
    """In words, with the field's path; nothing when the change is compatible."""
    return _compare("", old, new, old, new)


def _compare(
    path: str, old: Schema, new: Schema, old_root: Schema, new_root: Schema
) -> Iterator[str]:
    old, new = _resolved(old, old_root), _resolved(new, new_root)
    where = path or "the fact"
    for keyword in _LIMITS:
        before, after = old.get(keyword), new.get(keyword)
        if before != after and not isinstance(before, Mapping):
            yield f"{where}: {keyword} was {before!r}, is {after!r}"
    yield from _values(where, old, new)
    yield from _fields(path, old, new, old_root, new_root)
    yield from _parts(path, old, new, old_root, new_root)


def _values(where: str, old: Schema, new: Schema) -> Iterator[str]:
    before, after = _strings(old, "enum"), _strings(new, "enum")
    for value in sorted(before - after):
        yield f"{where}: value {value!r} removed"
    for value in sorted(after - before):
        yield f"{where}: value {value!r} added, which older readers refuse"


def _fields(
    path: str, old: Schema, new: Schema, old_root: Schema, new_root: Schema
) -> Iterator[str]:
    before, after = _mapping(old, "properties"), _mapping(new, "properties")
    required_before, required_after = _strings(old, "required"), _strings(new, "required")
    for name in sorted(before.keys() - after.keys()):
        yield f"{_join(path, name)}: field removed"
    for name in sorted(required_after - required_before):
        what = "is required now" if name in before else "new field is required"
        yield f"{_join(path, name)}: {what}"
    for name in sorted((required_before - required_after) & after.keys()):
        yield f"{_join(path, name)}: is no longer required, but older readers need it"
    for name in sorted(before.keys() & after.keys()):
        yield from _compare(_join(path, name), before[name], after[name], old_root, new_root)


def _parts(
    path: str, old: Schema, new: Schema, old_root: Schema, new_root: Schema
) -> Iterator[str]:
    """Items of lists, values of dictionaries, and the alternatives of an optional or mixed field."""
    for keyword in ("items", "additionalProperties"):
        before, after = old.get(keyword), new.get(keyword)
        if isinstance(before, Mapping) and isinstance(after, Mapping):
            yield from _compare(f"{path}[]", before, after, old_root, new_root)
    alternatives = (_list(old, "anyOf"), _list(new, "anyOf"))
    if len(alternatives[0]) != len(alternatives[1]):
        yield f"{path}: {len(alternatives[0])} alternatives became {len(alternatives[1])}"
        return
    for one, other in zip(*alternatives, strict=True):
        yield from _compare(path, one, other, old_root, new_root)


def _resolved(schema: Schema, root: Schema) -> Schema:
    """The schema that a `$ref` names; Pydantic refers to `#/$defs/Name` only."""
    reference = schema.get("$ref")
    if not isinstance(reference, str):
        return schema
    return _mapping(root, "$defs")[reference.rpartition("/")[2]]


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def _mapping(schema: Schema, keyword: str) -> Mapping[str, Schema]:
    found = schema.get(keyword, {})
    assert isinstance(found, Mapping)  # noqa: S101 - JSON Schema says so
    return found


def _strings(schema: Schema, keyword: str) -> set[str]:
    return {str(one) for one in _list(schema, keyword)}


def _list(schema: Schema, keyword: str) -> list[Schema]:
    found = schema.get(keyword, [])
    assert isinstance(found, list)  # noqa: S101 - JSON Schema says so
    return found
