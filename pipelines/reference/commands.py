"""The page of commands, from the command line itself.

Belongs here: reading help texts, arguments and options. Does not belong here: any verb.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator

import click

from pipelines.reference.markdown import code, page, table

EXAMPLE = "Example: "

_INTRODUCTION = (
    "`throughcare VERB` and `python -m pipelines VERB` are the same. Every verb has `--help`; every verb that reports takes `--json` and "
    "then prints one JSON document on standard output. Progress and complaints go to standard error."
)
_ENDINGS = (
    (0, "what was asked was done, and what is reported is good"),
    (1, "what is reported is bad: a night that failed or was refused, a faulty folder, a source not accepted, an unreadable product"),
    (2, "the command itself could not be carried out: wrong words, a missing file, a refused query, a county folder with faults"),
    (130, "stopped with Ctrl-C"),
)
_PLACES = (
    ("THROUGHCARE_HOME", "./data", "everything the county keeps; see [state.md](state.md)"),
    ("THROUGHCARE_COUNTY", "the demo county", "the county folder: reviewed text"),
)


def commands_page(command: click.Command) -> str:
    """``commands.md``."""
    return page(
        "Commands",
        source="the help texts in pipelines/commands/",
        parts=[
            _INTRODUCTION,
            "## Exit codes",
            table(("code", "meaning"), _ENDINGS),
            "## Environment",
            table(("variable", "default", "meaning"), ((code(name), default, meaning) for name, default, meaning in _PLACES)),
            "Addresses of the source systems come from the variables that `sources/*.yaml` names under `where`.",
            *(part for path, verb in verbs(command) for part in _verb(path, verb)),
        ],
    )


def verbs(command: click.Command, path: str = "throughcare") -> Iterator[tuple[str, click.Command]]:
    """Every verb below a command with its full name, in order of name."""
    if not isinstance(command, click.Group):
        yield path, command
        return
    for name in sorted(command.commands):
        yield from verbs(command.commands[name], f"{path} {name}")


def _verb(path: str, command: click.Command) -> Iterator[str]:
    yield f"## {path}"
    paragraphs = inspect.cleandoc(command.help or "").split("\n\n")
    yield from (" ".join(paragraph.split()) for paragraph in paragraphs if not paragraph.startswith(EXAMPLE))
    for paragraph in paragraphs:
        if paragraph.startswith(EXAMPLE):
            yield f"```\n{' '.join(paragraph.removeprefix(EXAMPLE).split())}\n```"
    lines = [_parameter(parameter) for parameter in command.params]
    if lines:
        yield table(("word", "default", "meaning"), lines)


def _parameter(parameter: click.Parameter) -> tuple[object, ...]:
    meaning = getattr(parameter, "help", None)
    if isinstance(parameter, click.Option):
        value = "" if parameter.is_flag else f" {parameter.metavar or parameter.type.name.upper().split()[0]}"
        default = "required" if parameter.required else "" if parameter.default in (None, False) else str(parameter.default)
        return code(f"{parameter.opts[-1]}{value}"), default, meaning
    name = parameter.metavar or (parameter.name or "").upper()
    return code(name if parameter.required else f"[{name}]"), "required" if parameter.required else "", meaning
