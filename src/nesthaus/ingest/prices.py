"""The public price routes: what a configuration costs, and the price list in force."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import blake2b

import msgspec

from nesthaus.catalogue.public import price_list_document
from nesthaus.domain.pricing import Catalogue, Price, PriceList, Unpriceable, price
from nesthaus.ingest import wire
from nesthaus.ingest.admission import Request
from nesthaus.ingest.facts import read_configuration
from nesthaus.ingest.refused import invalid


@dataclass(frozen=True, slots=True)
class Document:
    body: bytes
    etag: str


@dataclass(frozen=True, slots=True)
class Prices:
    catalogue: Catalogue
    clock: Callable[[], datetime]
    priced: Callable[[float], None] = lambda _took_ms: None
    """Hears how many milliseconds each price took."""
    _documents: dict[str, Document] = field(default_factory=dict[str, Document])

    def calculate(self, request: Request) -> bytes:
        """Raises Refused for what the list does not name, offer or allow."""
        call = wire.price_reader.read(request.body)
        raw = wire.present(call.configuration)
        if raw is None:
            raise invalid("configuration", "is missing")
        configuration = read_configuration(raw, "configuration")
        price_list = self._list_for(call.price_list, request.received_at)
        began = time.perf_counter()
        try:
            priced = price(configuration, price_list)
        except Unpriceable as error:
            raise invalid(f"configuration.{error.category}", str(error)) from None
        self.priced((time.perf_counter() - began) * 1_000)
        return msgspec.json.encode(_answer(priced, price_list))

    def document_in_force(self) -> Document:
        price_list = self.catalogue.in_force_at(self.clock())
        document = self._documents.get(price_list.version)
        if document is None:
            body = msgspec.json.encode(price_list_document(price_list))
            document = Document(body, f'"{blake2b(body, digest_size=12).hexdigest()}"')
            self._documents[price_list.version] = document
        return document

    def _list_for(self, version: str | None, at: datetime) -> PriceList:
        if version is None:
            return self.catalogue.in_force_at(at)
        named = self.catalogue.by_version(version)
        if named is None:
            raise invalid("priceList", f"there is no price list {version!r}")
        return named


def _answer(priced: Price, price_list: PriceList) -> dict[str, object]:
    return {
        "success": True,
        "totalPrice": priced.total_price_eur,
        "currency": priced.currency,
        "priceListVersion": price_list.version,
        "breakdown": [
            {"category": line.category, "label": line.label, "amount": line.amount_eur}
            | ({"onRequest": True} if line.on_request else {})
            for line in priced.lines
        ],
        "completionPercentage": priced.completion_percentage,
        "monthlyRate": priced.monthly_rate_eur,
    }
