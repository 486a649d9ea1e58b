"""DNS by HTTPS: Python has no TXT look-up of its own, and one question needs no library. Spoken is the JSON form that
public resolvers share (`application/dns-json`, as Cloudflare's and Google's)."""

import json
import re
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlencode, urlsplit

from rightful.core.organizations.verify_domain import ProofUnavailableError

if TYPE_CHECKING:
    from ssl import SSLContext

TIMEOUT_SECONDS = 3.0
MOST_OCTETS = 64 * 1024

_TXT = 16
_NO_ERROR, _NO_SUCH_NAME = 0, 3
"""Response codes (RFC 1035 section 4.1.1)."""

_STRING = re.compile(r'"((?:[^"\\]|\\.)*)"')


@dataclass(frozen=True, slots=True)
class DnsOverHttps:
    """`DomainProof` by a resolver, e.g. https://cloudflare-dns.com/dns-query. Follows no redirects: the resolver is the
    one that was configured. `context`: whom to trust; None: the system's authorities."""

    resolver_url: str
    context: "SSLContext | None" = None

    def has_txt(self, name: str, value: str) -> bool:
        return value in txt_values(self._answer(name))

    def _answer(self, name: str) -> bytes:
        from http.client import HTTPException, HTTPSConnection

        url = urlsplit(self.resolver_url)
        question = f"{url.path or '/'}?{urlencode({'name': name, 'type': 'TXT'})}"
        try:
            connection = HTTPSConnection(url.netloc, timeout=TIMEOUT_SECONDS, context=self.context)
            with closing(connection):
                connection.request("GET", question, headers={"Accept": "application/dns-json"})
                response = connection.getresponse()
                answer = response.read(MOST_OCTETS + 1)
        except (OSError, HTTPException) as error:
            raise ProofUnavailableError("the resolver could not be asked") from error
        if response.status != 200 or len(answer) > MOST_OCTETS:
            raise ProofUnavailableError(f"the resolver answered {response.status}, {len(answer)} bytes")
        return answer


def txt_values(answer: bytes) -> list[str]:
    """The TXT records in a resolver's answer; none where there is no such name.

    Raises:
        ProofUnavailableError: the resolver failed, or says what cannot be read.
    """
    try:
        document = json.loads(answer)
    except (ValueError, RecursionError) as error:
        raise ProofUnavailableError("the resolver's answer is no JSON") from error
    status = document.get("Status") if isinstance(document, dict) else None
    if status == _NO_SUCH_NAME:
        return []
    records = document.get("Answer", []) if status == _NO_ERROR else None
    if not isinstance(records, list):
        raise ProofUnavailableError("the resolver could not find it out")
    return [_text(record) for record in records if isinstance(record, dict) and record.get("type") == _TXT]


def _text(record: Mapping[str, object]) -> str:
    """A record's text. Some resolvers quote it; a long one has several strings (RFC 1035 section 3.3.14)."""
    data = str(record.get("data", ""))
    strings = _STRING.findall(data)
    return "".join(strings) if strings and data.startswith('"') else data
