"""Reading an account file, and telling its mistakes: file, key, value, remedy, one sentence each.

Here: YAML and the wording. Not here: what the keys mean (`account`, `sources`).
"""

import difflib
import re
from collections.abc import Hashable, Iterable, Mapping
from copy import deepcopy
from pathlib import Path
from typing import Any, get_args

import yaml
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from models.settings.account import AccountSettings

ACCOUNT_NAME = re.compile(r"[a-z0-9_-]+")

# A value under such a key, or one that looks like an address, is never shown.
SECRET = re.compile(r"token|secret|password|passwd|api_?key|private|credential|notify", re.IGNORECASE)


class SettingsError(Exception):
    """An account file that cannot be used; `mistakes` has a sentence for each thing wrong with it."""

    def __init__(self, mistakes: Iterable[str]) -> None:
        self.mistakes = list(mistakes)
        super().__init__("\n".join(self.mistakes))


class _UniqueKeys(yaml.SafeLoader):
    """YAML in which a key given twice is a mistake instead of a silent replacement."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        seen: set[Hashable] = set()
        for key_node, _ in node.value:
            key = self.construct_object(key_node, deep=True)
            if isinstance(key, Hashable) and key in seen:
                raise yaml.constructor.ConstructorError(
                    None, None, f"the key {key} is given twice", key_node.start_mark
                )
            if isinstance(key, Hashable):
                seen.add(key)
        return super().construct_mapping(node, deep=deep)


def _day(loader: yaml.SafeLoader, node: yaml.ScalarNode) -> Any:
    # A day that no calendar has is left as text, so that its key can be named.
    try:
        return yaml.SafeLoader.construct_yaml_timestamp(loader, node)
    except ValueError:
        return loader.construct_scalar(node)


_UniqueKeys.add_constructor("tag:yaml.org,2002:timestamp", _day)


def read_settings(file: Path) -> AccountSettings:
    """The settings in `file`.

    Raises SettingsError with every mistake of the file at once.
    """
    name = file.name
    if not ACCOUNT_NAME.fullmatch(file.stem):
        raise SettingsError(
            [f"{name}: an account's name may hold a-z, 0-9, _ and - only; rename the file, for example to acme.yaml."]
        )
    twin = file.with_suffix(".yml" if file.suffix == ".yaml" else ".yaml")
    if twin.exists():
        raise SettingsError(
            [f"{name}: {twin.name} lies beside it and both speak for the account {file.stem}; remove one of the two."]
        )
    try:
        given = yaml.load(file.read_text(encoding="utf-8"), Loader=_UniqueKeys)  # noqa: S506
    except OSError as e:
        raise SettingsError([f"{name}: cannot be read ({e.strerror}); check the file and its permissions."]) from None
    except UnicodeDecodeError:
        raise SettingsError([f"{name}: is not UTF-8 text; save it as UTF-8."]) from None
    except yaml.MarkedYAMLError as e:
        place = f" line {e.problem_mark.line + 1}" if e.problem_mark else ""
        what = f"{e.context}, {e.problem}" if str(e.problem).startswith("but ") else e.problem
        raise SettingsError([f"{name}:{place} is not valid YAML: {what}; correct that line."]) from None
    except yaml.YAMLError:
        raise SettingsError([f"{name}: is not valid YAML; it holds a character that no text file should."]) from None
    return settings_from(given, name)


def settings_from(given: Any, name: str) -> AccountSettings:
    """The settings in `given`, the content of the file `name`.

    Raises SettingsError with every mistake at once.
    """
    if not isinstance(given, dict):
        what = "is empty" if given is None else "is not a list of keys and values"
        raise SettingsError([f"{name}: {what}; it needs at least sources: and target:."])
    mistakes: dict[str, None] = {}
    wrong: list[str] = []
    while True:
        try:
            settings = AccountSettings.model_validate(given)
        except ValidationError as e:
            errors = _untangled(given, e.errors())
        else:
            if mistakes:
                raise SettingsError(mistakes)
            return settings
        for place, error in errors:
            key = ".".join(place)
            # What was left out for its own mistake on an earlier look is no second one.
            if not key or not any(_is_within(key, w) or _is_within(w, key) for w in wrong):
                for line in _sentences(place, error):
                    if not any(_is_within(line.split(":")[0], w) for w in wrong):
                        mistakes[f"{name}: {line}"] = None
        without = _without(given, [error["loc"] for _, error in errors if error["type"] != "missing"])
        if without == given:
            raise SettingsError(mistakes)
        wrong += [".".join(place) for place, _ in errors if place]
        given = without


def _is_within(key: str, other: str) -> bool:
    return key == other or key.startswith(f"{other}.")


def _without(given: Any, places: list[tuple[int | str, ...]]) -> Any:
    """`given` without the values at `places`, so that what is wrong elsewhere shows as well."""
    copy = deepcopy(given)
    # The last items of a list first: the others keep their places.
    for place in sorted(places, key=lambda p: [(str(x).zfill(9)) for x in p], reverse=True):
        at: Any = copy
        end: tuple[Any, Any] | None = None
        for part in place:
            if _holds(at, part):
                end = (at, part)
                at = at[part]
        if end is not None:
            del end[0][end[1]]
    return copy


def _holds(group: Any, key: Any) -> bool:
    return (isinstance(group, dict) and key in group) or (
        isinstance(group, list) and isinstance(key, int) and key < len(group)
    )


def _untangled(given: Any, errors: list[ErrorDetails]) -> list[tuple[tuple[str, ...], ErrorDetails]]:
    """One error a key. Of a value that fits none of several kinds: the refusal that came nearest to taking it."""
    telling = {"greater_than", "greater_than_equal", "less_than", "less_than_equal", "too_short", "value_error"}
    by_place: dict[tuple[str, ...], ErrorDetails] = {}
    for error in errors:
        place = _place(given, error)
        if place not in by_place or error["type"] in telling:
            by_place[place] = error
    return [
        (place, error)
        for place, error in by_place.items()
        if not any(other[: len(place)] == place and len(other) > len(place) for other in by_place)
    ]


def _place(given: Any, error: ErrorDetails) -> tuple[str, ...]:
    """The keys that lead to the value, as the file has them: without the validator's names for kinds of value."""
    at: Any = given
    keys: list[str] = []
    last = len(error["loc"]) - 1
    for i, part in enumerate(error["loc"]):
        if _holds(at, part):
            keys.append(str(part))
            at = at[part]
        elif i == last and error["type"] == "missing":
            keys.append(str(part))
    return tuple(keys)


def _sentences(place: tuple[str, ...], error: ErrorDetails) -> list[str]:
    key, kind, context = ".".join(place), error["type"], error.get("ctx", {})
    if kind == "extra_forbidden":
        return [f"{key}: unknown key{_nearest(place)}."]
    if kind == "missing":
        return [f"{key}: is missing; add it{_meaning(place)}."]
    if kind == "value_error":
        said = str(context.get("error", ""))
        if not isinstance(error["input"], Mapping | list | BaseModel):
            return [f"{key}: {_shown(key, error['input'])} {said}."]
        # A rule between several keys names them itself.
        own = said.startswith(tuple(f"{k}{mark}" for k in AccountSettings.model_fields for mark in (": ", ".")))
        return [f"{'' if own else f'{key}: '}{line}." for line in said.splitlines()]
    return [f"{key}: {_shown(key, error['input'])} {_remedy(kind, context)}."]


def _remedy(kind: str, context: Mapping[str, Any]) -> str:
    limits = {"greater_than": "gt", "greater_than_equal": "ge", "less_than": "lt", "less_than_equal": "le"}
    words = {"gt": "above", "ge": "from", "lt": "below", "le": "up to"}
    if kind in limits:
        limit = limits[kind]
        return f"is out of range; give a number {words[limit]} {context[limit]:.15g}"
    if kind == "literal_error":
        return f"is not possible here; use {context['expected']}"
    known = {
        "int_type": "is not a whole number; write one without quotes",
        "float_type": "is not a number; write one without quotes, units or separators",
        "finite_number": "is not a finite number; write a plain one",
        "bool_type": "is neither true nor false; write one of the two without quotes",
        "string_type": "is not a text; put it in quotes",
        "string_too_short": "is empty; fill it in, or take the key out",
        "list_type": "is not a list; write it as [a, b]",
        "dict_type": "is not a group of keys; write it as {key: value}",
        "model_type": "is not a group of keys; write it as {key: value}",
        "too_short": f"is too short; give at least {context.get('min_length', 1)}",
    }
    return known.get(kind, "does not fit here; compare it with the example in the README")


def _shown(key: str, value: Any) -> str:
    if value is None:
        return "(empty)"
    text = str(value)
    if not text.strip():
        return '""'
    if SECRET.search(key) or "://" in text:
        return "(value not shown)"
    return text if len(text) <= 60 else text[:57] + "..."


def _group(place: tuple[str, ...]) -> type[BaseModel] | None:
    """The group of keys that holds the last key of `place`."""
    group: Any = AccountSettings
    for part in place[:-1]:
        if part.isdigit():
            continue
        field = group.model_fields.get(part) or next((f for f in group.model_fields.values() if f.alias == part), None)
        group = _model_in(field.annotation) if field else None
        if group is None:
            return None
    return group  # type: ignore[no-any-return]


def _model_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((m for m in map(_model_in, get_args(annotation)) if m), None)


def _nearest(place: tuple[str, ...]) -> str:
    group = _group(place)
    if group is None:
        return "; take it out"
    known = [f.alias or name for name, f in group.model_fields.items()]
    near = difflib.get_close_matches(place[-1], known, n=1, cutoff=0.6)
    if near:
        return f"; did you mean {near[0]}? Otherwise take it out"
    return f"; take it out, or use one of {', '.join(known)}"


def _meaning(place: tuple[str, ...]) -> str:
    group = _group(place)
    field = group.model_fields.get(place[-1]) if group else None
    return f" ({field.description})" if field and field.description else ""
