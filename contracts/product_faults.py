"""What is wrong with products when they are read together with the rest of the county.

Belongs here: faults that need agencies, sources or the catalogue of elements beside a product. Does not belong here: faults that one
product's text shows by itself (products.py), or whether a clause permits it, which changes with the night and is no fault.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping

from contracts.agencies import Agencies
from contracts.elements import CONTENT, PRESENT, SOURCE_PERSON_ID
from contracts.products import Product
from contracts.reviewed import Fault, Path_

LineOf = Callable[[str, Path_], int]


def product_faults(products: Mapping[str, Product], *, agencies: Agencies, sources: Collection[str], line_of: LineOf) -> Iterator[Fault]:
    """Everything wrong with the county's products.

    Args:
        products: by file.
        agencies: who there is.
        sources: names of the county's sources.
        line_of: (file, place in it) -> line.
    """
    seen: dict[str, str] = {}
    for file, product in sorted(products.items()):
        if product.path in seen:
            message = f"[{product.path}] is said in {seen[product.path]} already; give one of them another name"
            yield Fault(file, line_of(file, ("name",)), "name", message)
        seen.setdefault(product.path, file)
        yield from _agency_faults(file, product, agencies, line_of)
        yield from _element_faults(file, product, sources, line_of)
        yield from _own_id_faults(file, product, agencies, line_of)


def _agency_faults(file: str, product: Product, agencies: Agencies, line_of: LineOf) -> Iterator[Fault]:
    if product.agency not in agencies.recipients:
        yield Fault(file, line_of(file, ("agency",)), "agency", f"[{product.agency}] is not a recipient in agencies.yaml")
    elif agencies.folder_of(product.agency) != product.recipient:
        folder = agencies.folder_of(product.agency)
        yield Fault(file, line_of(file, ("recipient",)), "recipient", f"agencies.yaml publishes for this agency as [{folder}]; write that")


def _element_faults(file: str, product: Product, sources: Collection[str], line_of: LineOf) -> Iterator[Fault]:
    for index, table in enumerate(product.tables):
        named: list[tuple[Path_, str]] = [(("tables", index, "uses", place), element) for place, element in enumerate(table.uses)]
        for number, column in enumerate(table.columns):
            named += [(("tables", index, "columns", number, "elements", place), element) for place, element in enumerate(column.elements)]
        for place, element in named:
            if not _is_known(element, sources):
                message = f"no source or record type has the element [{element}]; mend its spelling"
                yield Fault(file, line_of(file, place), ".".join(map(str, place)), message)


def _is_known(element: str, sources: Collection[str]) -> bool:
    owner, _, column = element.partition(".")
    return column in CONTENT.get(owner, ()) or (owner in sources and column in {PRESENT, SOURCE_PERSON_ID})


def _own_id_faults(file: str, product: Product, agencies: Agencies, line_of: LineOf) -> Iterator[Fault]:
    for index, table in enumerate(product.tables):
        for number, column in enumerate(table.columns):
            if column.own_id and agencies.owner_of(column.own_id.system) != product.agency:
                place: Path_ = ("tables", index, "columns", number, "own_id")
                message = f"[{column.own_id.system}] is not a system of [{product.agency}]; nobody gets another agency's identifiers"
                yield Fault(file, line_of(file, place), ".".join(map(str, place)), message)
