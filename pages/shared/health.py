"""Whether the server can answer: for whoever starts it, watches it, or shares visitors out."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from pages.shared.workers import workers

PATH = "/layerscope/health"


def _health(_: Request) -> JSONResponse:
    """Answer 200 once the first worker is warm, and 503 before."""
    pool = workers()
    ready = pool.warm.is_set()
    said: dict[str, bool | int | str] = {"ready": ready, "computations": pool.computations}
    if pool.cluster is not None:
        said["cluster"] = pool.cluster.said
    headers = {"Cache-Control": "no-store"}
    return JSONResponse(said, status_code=200 if ready else 503, headers=headers)


ROUTES = [Route(PATH, _health)]
