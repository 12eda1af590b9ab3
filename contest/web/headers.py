"""Headers on every answer: what a page may load, who may frame it, what may be kept."""

from flask import Flask, Response, request

from contest.web.context import keeps_session

CONTENT_SECURITY_POLICY = "; ".join(
    [
        "default-src 'self'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data: blob:",
        "media-src 'self' blob:",
        "connect-src 'self'",
        "font-src 'self'",
        "worker-src 'self'",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    ]
)
PERMISSIONS_POLICY = (
    ", ".join(
        f"{feature}=()"
        for feature in (
            "accelerometer",
            "camera",
            "display-capture",
            "geolocation",
            "gyroscope",
            "magnetometer",
            "microphone",
            "midi",
            "payment",
            "publickey-credentials-get",
            "usb",
        )
    )
    + ", fullscreen=(self), picture-in-picture=(self)"
)
HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",  # for browsers that do not know frame-ancestors
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": PERMISSIONS_POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
YEAR_S = 365 * 24 * 3600


def register(app: Flask) -> None:
    """Put the headers on; a view that set one itself keeps its own."""
    tls_outside = app.config["SETTINGS"].public_url.startswith("https://")

    @app.after_request
    def _headers(response: Response) -> Response:
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        if tls_outside or request.is_secure:
            response.headers.setdefault("Strict-Transport-Security", f"max-age={YEAR_S}")
        if response.mimetype == "text/html":
            response.vary.add("Accept-Language")
        if request.endpoint != "static" and "Cache-Control" not in response.headers:
            personal = keeps_session() or response.status_code >= 400 or "Set-Cookie" in response.headers
            response.headers["Cache-Control"] = "no-store" if personal else "no-cache"
        return response
