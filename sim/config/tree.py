"""YAML as a tree of plain values that know their line.

Only YAML 1.2's plain data is understood (`no` is a word, not False), and of an untrusted text
nothing is trusted: depth and repetition are bounded, tags are refused, keys are unique.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentEndEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    StreamEndEvent,
    StreamStartEvent,
)
from ruamel.yaml.reader import ReaderError

from sim.config.numerals import groups_thousands
from sim.config.problems import ConfigError, Problem, Steps, config_error, spelt

MAX_DEPTH: Final = 20
MAX_VALUES: Final = 50_000  # aliases written out
LONGEST: Final = 100  # characters of a key or a number

Scalar: TypeAlias = str | int | float | bool | None
Value: TypeAlias = "Scalar | dict[str, Node] | list[Node]"


@dataclass(frozen=True, slots=True)
class Node:
    """A value with its line and place; `size` and `height` count its aliases in full."""

    value: Value
    line: int
    path: Steps
    size: int = 1
    height: int = 1

    def child(self, step: str | int) -> Node | None:
        """The value under a key or at a position, if there is one."""
        if isinstance(self.value, dict) and isinstance(step, str):
            return self.value.get(step)
        if isinstance(self.value, list) and isinstance(step, int) and step < len(self.value):
            return self.value[step]
        return None

    def children(self) -> dict[str | int, Node]:
        """All values right below, by key or position."""
        if isinstance(self.value, dict):
            return dict(self.value.items())
        return dict(enumerate(self.value)) if isinstance(self.value, list) else {}

    def plain(self) -> Any:
        """The value as plain dicts, lists and scalars."""
        if isinstance(self.value, dict):
            return {key: child.plain() for key, child in self.value.items()}
        if isinstance(self.value, list):
            return [child.plain() for child in self.value]
        return self.value


def parse(text: str, file: str) -> tuple[Node | None, list[Problem]]:
    """The tree of a YAML text, None when it is empty, and its repeated keys.

    Raises ConfigError when the text is not YAML, or more than is understood here.
    """
    reader = _Reader(file)
    try:
        root = reader.document(YAML(typ="safe", pure=True).parse(text))
    except ConfigError:
        raise
    except ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise config_error(file, "a character that no text should hold", line) from None
    except MarkedYAMLError as error:
        raise config_error(file, *_not_yaml(error)) from None
    except Exception as error:  # the YAML library lets others through on malformed input
        raise config_error(file, f"this is not YAML ({error})") from None
    return root, reader.problems


def _not_yaml(error: MarkedYAMLError) -> tuple[str, int | None]:
    """What the library found; of something left open, the line where it was opened."""
    message = " ".join(str(part) for part in (error.context, error.problem) if part)
    mark = error.problem_mark or error.context_mark
    if "stream" in message and error.context_mark:
        mark = error.context_mark
    if "\\t" in message:
        message = "a tab; indent with spaces"
    return f"this is not YAML: {message}", mark.line + 1 if mark else None


@dataclass(slots=True)
class _Reader:
    """Builds the tree from the parser's events; MAX_DEPTH bounds the recursion."""

    file: str
    events: Iterator[Event] = field(default_factory=lambda: iter(()))
    anchors: dict[str, Node] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    count: int = 0

    def document(self, events: Iterable[Event]) -> Node | None:
        """The only document of the stream, or None."""
        frame = (StreamStartEvent, DocumentStartEvent, DocumentEndEvent)
        self.events = (event for event in events if not isinstance(event, frame))
        first = next(self.events)
        if isinstance(first, StreamEndEvent):
            return None
        root = self.node(first, (), 1)
        after = next(self.events)
        if not isinstance(after, StreamEndEvent):
            raise self.refused(after, "a second document ('---'); a file holds one")
        return root

    def node(self, event: Any, path: Steps, line: int) -> Node:
        """The value that begins with `event`."""
        if isinstance(event, AliasEvent):
            return self.alias(event, path)
        if event.tag is not None:
            raise self.refused(event, f"a tag, '{event.tag}'; only plain values are understood")
        self.bound(event, 1, len(path) + 1)
        node = self.built(event, path, line)
        if event.anchor:
            self.anchors[event.anchor] = node
        return node

    def built(self, event: Event, path: Steps, line: int) -> Node:
        """The node of a scalar, or of a list or mapping up to its end."""
        if isinstance(event, ScalarEvent):
            return Node(_scalar(event), line, path)
        if isinstance(event, MappingStartEvent):
            entries = self.entries(path)
            return Node(entries, line, path, *_extent(entries.values()))
        items = self.items(path)
        return Node(items, line, path, *_extent(items))

    def alias(self, event: Any, path: Steps) -> Node:
        """The value anchored earlier; repeating it cannot carry a file beyond the bounds."""
        node = self.anchors.get(event.anchor)
        if node is None:
            raise self.refused(event, f"nothing above is marked '&{event.anchor}'")
        self.bound(event, node.size, len(path) + node.height)
        return node

    def items(self, path: Steps) -> list[Node]:
        """The items of a list."""
        found: list[Node] = []
        for event in self.events:
            if isinstance(event, SequenceEndEvent):
                break
            found.append(self.node(event, (*path, len(found)), _line(event)))
        return found

    def entries(self, path: Steps) -> dict[str, Node]:
        """The entries of a mapping; of a repeated key the first counts."""
        found: dict[str, Node] = {}
        for event in self.events:
            if isinstance(event, MappingEndEvent):
                break
            if not isinstance(event, ScalarEvent) or len(event.value) > LONGEST:
                raise self.refused(event, "a key must be a plain word")
            key, line = str(event.value), _line(event)
            node = self.node(next(self.events), (*path, key), line)
            if key in found:
                message = f"given twice, first in line {found[key].line}"
                self.problems.append(Problem(self.file, line, spelt((*path, key)), message))
            found.setdefault(key, node)
        return found

    def bound(self, event: Event, values: int, depth: int) -> None:
        """Stop at what is too deep or, aliases written out, too long."""
        self.count += values
        if depth > MAX_DEPTH:
            raise self.refused(event, f"nested deeper than {MAX_DEPTH} levels")
        if self.count > MAX_VALUES:
            raise self.refused(event, f"more than {MAX_VALUES:,} values")

    def refused(self, event: Event, message: str) -> ConfigError:
        """The error for something at the place of an event."""
        return config_error(self.file, message, _line(event))


def _extent(children: Iterable[Node]) -> tuple[int, int]:
    """Size and height of a node with these children."""
    below = list(children)
    size = sum(child.size for child in below)
    return 1 + size, 1 + max((child.height for child in below), default=0)


def _line(event: Any) -> int:
    return int(event.start_mark.line) + 1


_NULL: Final = {"", "~", "null", "Null", "NULL"}
_BOOL: Final = {"true": True, "True": True, "TRUE": True, "false": False, "False": False,
                "FALSE": False}  # fmt: skip
_INT: Final = re.compile(r"[-+]?[0-9]{1,30}")
_FLOAT: Final = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")


def _scalar(event: Any) -> Scalar:
    """The value of a scalar in YAML 1.2, except that 50.000 stays a text: it is fifty thousand."""
    text = str(event.value)
    if not event.implicit[0] or len(text) > LONGEST:  # quoted, a block, or no number anyway
        return text
    if text in _NULL:
        return None
    if text in _BOOL:
        return _BOOL[text]
    if _INT.fullmatch(text):
        return int(text)
    if _FLOAT.fullmatch(text) and not groups_thousands(text.lstrip("+-")):
        return float(text)
    return text
