"""The pages that everybody may read, where the operator has not switched them off."""

from litestar.handlers import HTTPRouteHandler

from collector.web.views import open_data, public_sites

HANDLERS: tuple[HTTPRouteHandler, ...] = (
    public_sites.show,
    public_sites.show_one,
    public_sites.leaflet,
    *open_data.HANDLERS,
)
