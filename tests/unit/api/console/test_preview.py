"""The preview in the console: a list as people paste it, what would become of it, and the same as a file."""

import csv
import io
import re

import pytest

from rightful.api.console.pages.conflicts.typed_changes import Remark, TypedChange, read_changes
from rightful.core.preview.forecast import Verdict
from tests.support.console import OPERATOR, OWNER, VIEWER, Browser, Console, Page
from tests.unit.api.admin.two_people import mark

LIST = "who,new\nada@example.com, king@example.com\n\ngrace@example.com;ada@example.com\n"


@pytest.fixture
def console() -> Console:
    console = Console()
    for name in ("ada", "grace", "bob"):
        console.service.create_user(name)
    return console


def previewed(browser: Browser, text: str, **more: str) -> Page:
    return browser.send("/preview", {"changes": text, **more})


# What is typed


@pytest.mark.parametrize(
    "text",
    [
        "a@x.example,b@x.example",
        "a@x.example;b@x.example\n",
        "a@x.example\tb@x.example",
        "\ufeffa@x.example , b@x.example\n\n",
        '\n"a@x.example","b@x.example"\n',
        "from,to\na@x.example,b@x.example",
        "New address;Name;Who\nb@x.example;Lovelace, Ada;a@x.example",
        "\ufeffName\tOld email\tNew email\nAda; Countess\ta@x.example\tb@x.example\n\t\t\n;;\n",
        "a@x.example,b@x.example,,\n",
    ],
)
def test_every_usual_form_of_a_list_is_read(text: str) -> None:
    found = read_changes(text)
    assert [(each.old, each.new) for each in found.changes] == [("a@x.example", "b@x.example")]
    assert (list(found.wrong), list(found.repeats)) == ([], [])


def test_wrong_lines_are_named_by_their_number_in_the_field() -> None:
    text = '\na@x.example\nb@x.example,\n"c@x.example,d@x.example\ne@x.example,f@x.example,g@x.example\nh@x.example i@x'
    found = read_changes(text + "\nj@x.example,k@x.example\n" + "l" * 321 + "@x.example,m@x.example")
    assert [each.line for each in found.wrong] == [2, 3, 4, 5, 6, 8]
    assert found.wrong[2].told == "Its quotation marks do not go together."
    assert found.wrong[3].told == "It has more than two columns. Name them in a first line, as: from, to."
    assert list(found.changes) == [TypedChange(7, "j@x.example", "k@x.example")]


def test_a_first_line_that_names_no_columns_is_told() -> None:
    assert list(read_changes("Ada, Countess\na@x.example,b@x.example").wrong) == [
        Remark(1, "The first line has to name the columns: from, to.")
    ]


def test_a_line_that_says_again_what_another_says_is_no_second_change() -> None:
    found = read_changes("a@x.example,b@x.example\nc@x.example,d@x.example\nA@X.example ; b@x.example\nA,a@x.example")
    assert [each.line for each in found.changes] == [1, 2, 4]
    assert list(found.repeats) == [Remark(3, "The same as line 1.")]


# What is shown


def test_the_form_is_for_operators_and_says_what_goes_in(console: Console) -> None:
    page = console.browser(OPERATOR).get("/preview")
    assert page.status == 200
    assert "Nothing is written." in page.text
    assert console.browser(VIEWER).get("/preview").status == 403


def test_a_result_is_counted_grouped_and_says_who_must_act(console: Console) -> None:
    browser, before = console.browser(OPERATOR), console.service.store.snapshot()
    page = previewed(browser, LIST + "bob@example.com,grace@elsewhere.example\nnobody@example.com,x@example.com\n")
    assert page.status == 200
    assert "Of 4 changes, 2 need nothing but to be pushed in their order" in page.text
    assert page.html.index('id="not_found"') < page.html.index('id="goes_through"'), "first what takes somebody"
    assert "Nobody holds the address." in page.text
    assert "Goes through once change 1 has freed the address." in page.text
    assert "The domain elsewhere.example is not verified by your organization." in page.text
    assert re.search(r"organization administrator : [^:]*domain", page.text), "who must verify it"
    assert "(line 4)" in page.text, "blank lines and the head are lines, too"
    assert "grace@example.com;ada@example.com" in page.text, "the list stands there still"
    assert {each: row for each, row in console.service.store.snapshot().items() if each in before} == before


def test_who_must_act_is_said_in_the_apis_own_words(console: Console) -> None:
    mark(console.service, "bob@example.com")
    api = console.service.admin(
        "POST", "/email-changes/preview", {"changes": [{"from": "ada@example.com", "to": "bob@example.com"}]}
    )
    assert isinstance(api.body, dict)
    [item] = api.body["items"]
    page = previewed(console.browser(OPERATOR), "ada@example.com,bob@example.com")
    assert item["explanation"] in page.text
    assert f"{item['nextStep']['who']} : {item['nextStep']['what']}" in page.text
    assert f"/accounts/{item['holder']['accountId']}" in page.html


def test_every_fate_has_a_sentence() -> None:
    for verdict in Verdict:
        assert verdict.pattern.endswith("."), verdict
        assert not verdict.parameters


def test_wrong_lines_are_a_400_that_keeps_what_was_typed(console: Console) -> None:
    typed = "ada@example.com,king@example.com\n<script>alert(1)</script>\n"
    page = previewed(console.browser(OPERATOR), typed)
    assert page.status == 400
    assert "1 line cannot be read. Nothing was looked at yet." in page.text
    assert "Line 2: It has no two addresses" in page.text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;\n" in page.html
    assert "<script>alert" not in page.html


def test_an_empty_list_says_what_to_write(console: Console) -> None:
    for typed in ("", "\n \n", ",\n;"):
        page = previewed(console.browser(OPERATOR), typed)
        assert (page.status, "There are no changes" in page.text) == (400, True)


def test_too_many_changes_are_told_as_the_api_does_and_kept(console: Console) -> None:
    typed = "\n".join(f"a{each}@x.example,b{each}@x.example" for each in range(5_001))
    page = previewed(console.browser(OPERATOR), typed)
    assert page.status == 413
    assert "up to 5000 changes; these are 5001" in page.text
    assert "a5000@x.example,b5000@x.example" in page.html


def test_more_than_a_page_shows_is_in_the_file(console: Console) -> None:
    typed = "\n".join(f"a{each}@example.com,b{each}@example.com" for each in range(120))
    browser = console.browser(OPERATOR)
    page = previewed(browser, typed)
    assert "20 more of these are not shown here" in page.text
    rows = list(csv.DictReader(io.StringIO(previewed(browser, typed, **{"as": "csv"}).html)))
    assert [row["from"] for row in rows] == [f"a{each}@example.com" for each in range(120)]


def test_the_file_has_every_change_with_its_line_and_no_formula(console: Console) -> None:
    page = previewed(console.browser(OPERATOR), LIST + "=1+1@example.com,+2@example.com\n", **{"as": "csv"})
    headers = page.response.headers or {}
    assert (page.status, page.response.content_type) == (200, "text/csv; charset=utf-8")
    assert headers["Content-Disposition"] == 'attachment; filename="preview.csv"'
    assert (headers["Cache-Control"], headers["X-Content-Type-Options"]) == ("no-store", "nosniff")
    first, second, third = csv.DictReader(io.StringIO(page.html))
    assert (first["change"], first["line"], first["verdict"], first["step"]) == ("1", "2", "goes_through", "1")
    assert (second["line"], second["step"], second["explanation"]) == (
        "4",
        "2",
        "Goes through once change 1 has freed the address.",
    )
    assert (third["from"], third["to"]) == ("'=1+1@example.com", "'+2@example.com")


def test_the_form_costs_nothing_and_a_result_what_the_api_reads(console: Console) -> None:
    browser = console.browser(OPERATOR)
    store, token = console.service.store, browser.form_token

    def calls(typed: str = "") -> int:
        before = store.dynamodb_calls.total()
        page = browser.send("/preview", {"changes": typed}, token=token) if typed else browser.get("/preview")
        assert page.status == 200
        return store.dynamodb_calls.total() - before

    form = calls()
    list_of_two = "ada@example.com,king@example.com\ngrace@example.com,ada@example.com"
    with_api = store.dynamodb_calls.total()
    pairs = [
        {"from": "ada@example.com", "to": "king@example.com"},
        {"from": "grace@example.com", "to": "ada@example.com"},
    ]
    console.service.admin("POST", "/email-changes/preview", {"changes": pairs})
    with_api = store.dynamodb_calls.total() - with_api
    # Beyond the session's own call: only what the API's own answer reads, without its organization.
    assert calls(list_of_two) - form <= with_api


def test_an_owner_may_preview_too(console: Console) -> None:
    assert previewed(console.browser(OWNER), LIST).status == 200
