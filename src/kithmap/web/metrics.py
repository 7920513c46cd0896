"""What the pages count of themselves, for Prometheus: requests and how long each page takes, never who."""

from time import perf_counter

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Histogram, generate_latest

from kithmap.web.security import Answer

REGISTRY = CollectorRegistry()
REQUESTS = Counter("kithmap_requests", "Requests answered.", ["page", "method", "status"], registry=REGISTRY)
SECONDS = Histogram("kithmap_request_seconds", "Seconds until an answer.", ["page"], registry=REGISTRY)


def counted(answer: Answer) -> Answer:
    """Count every answer under its page's name: a path may name things, and is never written."""

    def with_count(request: HttpRequest) -> HttpResponseBase:
        began = perf_counter()
        response = answer(request)
        found = request.resolver_match
        name = found.url_name or "none" if found else "none"
        REQUESTS.labels(name, request.method or "", str(response.status_code)).inc()
        SECONDS.labels(name).observe(perf_counter() - began)
        return response

    return with_count


def told() -> HttpResponse:
    """The counts as Prometheus reads them."""
    return HttpResponse(generate_latest(REGISTRY), content_type=CONTENT_TYPE_LATEST)
