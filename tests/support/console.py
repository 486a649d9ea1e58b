"""The console on a service in memory, and browsers that use it as people do: cookies, redirects, forms."""

import html
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from urllib.parse import parse_qsl, urlencode, urlsplit

from rightful.api.console.door.events import ConsoleEvent
from rightful.api.console.service import ConsoleService
from rightful.api.request import Request, Response
from rightful.aws.dynamodb.console import DynamoDBSessions
from rightful.core.sign_in.settings import AskedSignIn, set_sign_in
from rightful.core.sign_in.sign_in import Doors
from rightful.domain.sign_in import ConsoleRole
from tests.support.dynamodb.schema import CONSOLE, IDENTITY
from tests.support.openid import CLIENT_ID, ISSUER, OpenIdInMemory, Person
from tests.support.service import BASE_URL, Service

ROLES = {role: (f"rightful-{role}",) for role in ConsoleRole}
OWNER = Person("olivia", "Olivia Owner", ("rightful-owner",))
APPROVER = Person("aaron", "Aaron Approver", ("rightful-approver",))
OTHER_APPROVER = Person("abigail", "Abigail Approver", ("rightful-approver",))
OPERATOR = Person("oscar", "Oscar Operator", ("rightful-operator",))
VIEWER = Person("victor", "Victor Viewer", ("rightful-viewer",))

_INPUT = re.compile(r"<input[^>]*>")
_ATTRIBUTE = re.compile(r'(\w[\w-]*)="([^"]*)"')


@dataclass
class Console:
    """The console of a service; `openid` is the organization's provider."""

    service: Service = field(default_factory=Service)
    openid: OpenIdInMemory = field(init=False)
    events: list[ConsoleEvent] = field(default_factory=list)
    signs_in: bool = True

    def __post_init__(self) -> None:
        self.openid = OpenIdInMemory(self.service.now)
        if self.signs_in:
            self.set_sign_in(by="operator")

    def set_sign_in(self, *, by: str, secret: str = "s3cret") -> None:
        """Let the organization's people sign in, as somebody says."""
        asked = AskedSignIn(ISSUER, CLIENT_ID, secret, "roles", ROLES)
        organization = self.service.store.organization(self.service.organization.id)
        assert organization is not None
        set_sign_in(self.service.context(), self.service.client_secrets, organization, asked, by=by)

    @property
    def doors(self) -> Doors:
        sessions = DynamoDBSessions(self.service.store.client, CONSOLE, IDENTITY)
        return Doors(self.openid, self.service.client_secrets, sessions)

    def answer(self, request: Request) -> Response:
        """What the console answers."""
        self.openid.now = self.service.now
        service = ConsoleService(
            self.service.store,
            self.service.queue,
            self.doors,
            lambda what, _: self.service.failures.append(what),
            self.events.append,
            self.service.proof,
        )
        return service.answer(request, self.service.invocation())

    def browser(self, person: Person | None = None) -> "Browser":
        """A browser; with a person one in which they are signed in."""
        found = Browser(self)
        if person is not None:
            found.sign_in(person)
        return found


@dataclass
class Page:
    """What a browser shows."""

    response: Response
    path: str

    @property
    def status(self) -> int:
        return self.response.status

    @property
    def html(self) -> str:
        return str(self.response.body or "")

    @property
    def text(self) -> str:
        """Without tags, in one line."""
        return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", self.html)).split())

    def hidden(self, name: str) -> str:
        """The value of the first field of that name; empty where there is none."""
        return next((value for field_name, value in self.fields() if field_name == name), "")

    def fields(self) -> list[tuple[str, str]]:
        """Names and values of all inputs."""
        found = (dict(_ATTRIBUTE.findall(tag)) for tag in _INPUT.findall(self.html))
        return [(each["name"], html.unescape(each.get("value", ""))) for each in found if "name" in each]


@dataclass
class Browser:
    """Somebody's browser: it keeps cookies and follows redirects within the console."""

    console: Console
    cookies: dict[str, str] = field(default_factory=dict)
    base_url: str = BASE_URL

    def sign_in(self, person: Person, email: str = "somebody@example.com") -> Page:
        """By address, at the provider, and back."""
        on_the_way = self.send("/sign-in", {"email": email, "back": "/"})
        assert on_the_way.status == 200, on_the_way.text
        return self.come_back(on_the_way, person)

    def come_back(self, on_the_way: Page, person: Person) -> Page:
        """Click at the provider as that person, and be sent back."""
        link = re.search(r'href="([^"]+)" rel', on_the_way.html)
        assert link is not None, on_the_way.text
        self.console.openid.signed_in = person
        return self.get(f"/callback?{urlencode(self.console.openid.authorize(html.unescape(link.group(1))))}")

    def get(self, path: str, **headers: str) -> Page:
        """Open a page, and follow redirects."""
        page = self.request("GET", path, headers=headers)
        for _ in range(5):
            if page.status != 303:
                return page
            place = str((page.response.headers or {})["Location"])
            prefix = f"{urlsplit(self.base_url).path}/console"
            assert place.startswith(f"{prefix}/"), place
            page = self.request("GET", place.removeprefix(prefix))
        raise AssertionError("it goes round in circles")

    def send(
        self,
        path: str,
        fields: Mapping[str, str | Sequence[str]],
        *,
        follow: bool = True,
        token: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Page:
        """Send a form as a page of the console would: with the session's token, unless another is given."""
        if token is None and self.session_secret:
            token = self.form_token
        pairs = [("token", token)] if token else []
        for name, value in fields.items():
            pairs += [(name, each) for each in ([value] if isinstance(value, str) else value)]
        sent = {
            "sec-fetch-site": "same-origin",
            "content-type": "application/x-www-form-urlencoded",
            **(headers or {}),
        }
        page = self.request("POST", path, body=urlencode(pairs), headers=sent)
        if follow and page.status == 303:
            place = str((page.response.headers or {})["Location"])
            return self.get(place.removeprefix(f"{urlsplit(self.base_url).path}/console"))
        return page

    @property
    def session_secret(self) -> str:
        name = "__Host-rightful" if self.base_url.startswith("https:") else "rightful"
        return self.cookies.get(name, "")

    @property
    def form_token(self) -> str:
        """The token that forms of this session carry, as any page of it has it."""
        return self.get("/conflicts").hidden("token")

    def request(
        self, method: str, path: str, *, body: str | None = None, headers: Mapping[str, str] | None = None
    ) -> Page:
        """One request, without following anything."""
        where, _, query = path.partition("?")
        values: dict[str, tuple[str, ...]] = {}
        for name, value in parse_qsl(query, keep_blank_values=True):
            values[name] = (*values.get(name, ()), value)
        request = Request(
            method=method,
            resource="/console/{proxy+}",
            path_parameters={"proxy": where.strip("/")},
            query=values,
            headers={"cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()), **(headers or {})},
            body=body,
            principal=None,
            base_url=self.base_url,
            request_id="test",
        )
        response = self.console.answer(request)
        for cookie in response.cookies:
            name, _, rest = cookie.partition("=")
            if "Max-Age=0" in rest:
                self.cookies.pop(name, None)
            else:
                self.cookies[name] = rest.partition(";")[0]
        return Page(response, path)

    def path_after_sign_out(self) -> str:
        """Sign out; where that leads."""
        return self.send("/sign-out", {}).path

    def copy(self) -> "Browser":
        """Another browser with the same cookies."""
        return replace(self, cookies=dict(self.cookies))
