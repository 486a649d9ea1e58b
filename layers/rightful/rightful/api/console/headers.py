"""The headers of every page of the console."""

_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; object-src 'none'; frame-ancestors 'none'"
)
REPORTS = "/console/csp-reports"


def page_headers(base_url: str) -> dict[str, str]:
    """What a browser may do with a page: load what is ours, and be told by nobody else. What it did not do, it reports
    (Content Security Policy Level 3, `report-uri`)."""
    secure = {"Strict-Transport-Security": "max-age=63072000"} if base_url.startswith("https://") else {}
    return {
        "Content-Security-Policy": f"{_POLICY}; report-uri {base_url}{REPORTS}",
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Referrer-Policy": "no-referrer",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
        "Cache-Control": "no-store",
        **secure,
    }
