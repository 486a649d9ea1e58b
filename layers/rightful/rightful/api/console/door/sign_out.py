"""Signing out."""

from rightful.api.console.call import ConsoleCall, see_other
from rightful.api.console.door.cookies import read_cookies
from rightful.api.request import Response
from rightful.core.sign_in.sessions import end_everywhere


def sign_out(call: ConsoleCall) -> Response:
    """POST sign-out: this session ends."""
    call.doors.sessions.end_session(call.session)
    return _gone(call, "signed-out")


def sign_out_everywhere(call: ConsoleCall) -> Response:
    """POST sign-out-everywhere: all sessions of this person end."""
    end_everywhere(call.doors.sessions, call.session, call.context)
    return _gone(call, "signed-out-everywhere")


def _gone(call: ConsoleCall, notice: str) -> Response:
    base_url = call.request.base_url
    cookies = read_cookies("", base_url)
    return see_other(base_url, f"/sign-in?notice={notice}", (cookies.without_session(),))
