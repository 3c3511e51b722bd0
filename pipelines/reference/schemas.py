"""JSON Schemas of every kind of YAML file a county folder holds, for editors.

Belongs here: writing the models down as JSON Schema. Does not belong here: the models. A schema knows the shape of one file; rules between
keys and between files are known to ``throughcare county check`` only.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel

from contracts.agencies import Agencies
from contracts.consents import Form
from contracts.county import CountyText
from contracts.definitions import FILES
from contracts.disclosure import DisclosurePolicy
from contracts.instruments import Instrument
from contracts.linkage import LinkageChoice, ModelCard
from contracts.products import Product
from contracts.research import ResearchProject
from contracts.sources import Source

KINDS: Mapping[str, tuple[str, type[BaseModel]]] = {
    "county": ("county.yaml", CountyText),
    "agencies": ("agencies.yaml", Agencies),
    "source": ("sources/*.yaml", Source),
    "instrument": ("instruments/*.yaml", Instrument),
    "form": ("forms/*.yaml", Form),
    "product": ("products/*.yaml", Product),
    "research": ("research/*.yaml", ResearchProject),
    **{name: (f"definitions/{name}.yaml", model) for name, model in FILES.items()},
    "disclosure": ("disclosure.yaml", DisclosurePolicy),
    "linkage": ("linkage/linkage.yaml", LinkageChoice),
    "model_card": ("linkage/*.card.yaml", ModelCard),
}
"""Kind -> where such files lie in a county folder, and their model."""


def schema_texts() -> dict[str, str]:
    """File name under ``schemas/`` -> its text."""
    return {f"{kind}.schema.json": _text(kind, where, model) for kind, (where, model) in KINDS.items()}


def _text(kind: str, where: str, model: type[BaseModel]) -> str:
    schema = model.model_json_schema(by_alias=True)
    if kind == "source":
        _allow_short_columns(schema)
    whole = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$comment": f"Written by `throughcare docs` for {where} of a county folder. `throughcare county check` knows more rules than this.",
        **schema,
    }
    return json.dumps(whole, indent=2, ensure_ascii=False) + "\n"


def _allow_short_columns(schema: dict[str, Any]) -> None:
    """A vendor column may be mapped by the field's name alone, or by one mapping, besides a list of mappings."""
    columns = schema["$defs"]["Feed"]["properties"]["columns"]
    listed = columns["additionalProperties"]
    columns["additionalProperties"] = {"anyOf": [{"type": "string"}, listed["items"], listed]}
