"""The browser of the tests really fails what no page may do; else every test that trusts it would be for nothing."""

import pytest

from tests.page import Html, broken_promises

GOOD = """<!doctype html>
<html lang="en"><head><title>Entries - Zhuiguang</title></head>
<body><main><h1>Entries</h1>{}</main></body></html>"""


def wrong_with(inside: str) -> list[str]:
    return broken_promises(Html(GOOD.format(inside)))


def test_a_good_page_keeps_them_all() -> None:
    page = '<form><label for="a">A</label><input id="a" name="a"></form><img src="/a.jpg" alt=""><a href="/b">B</a>'

    assert wrong_with(page) == []


@pytest.mark.parametrize(
    ("inside", "complaint"),
    [
        ('<p id="a"></p><p id="a"></p>', "the id 'a' is there twice"),
        ("<h1>Again</h1>", "it has 2 h1, not one"),
        ('<input name="a">', "<input name='a'> has no label"),
        ('<select name="a"></select>', "<select name='a'> has no label"),
        ('<img src="/a.jpg">', "the picture '/a.jpg' has no alt"),
        ('<p style="color: red">A</p>', "<p> has the inline attribute 'style'"),
        ('<p onclick="go()">A</p>', "<p> has the inline attribute 'onclick'"),
        ("<script>go()</script>", "it has a script inside"),
        ('<a href="javascript:go()">A</a>', "<a href> runs a script"),
        ('<a href="https://cdn.example/a">A</a>', "<a href> goes to another host: https://cdn.example/a"),
        ('<img src="//cdn.example/a.jpg" alt="">', "<img src> goes to another host: //cdn.example/a.jpg"),
        (
            '<img srcset="/a.jpg 1x, https://cdn.example/b.jpg 2x" alt="">',
            "<img srcset> goes to another host: https://cdn.example/b.jpg",
        ),
        ('<label for="none">A</label>', "<label for> points to 'none', which is not there"),
        ('<a href="#none">A</a>', "the link '#none' leads nowhere"),
        ("<button class='x'><svg></svg></button>", "<button class='x'> has no name to read out"),
    ],
)
def test_each_broken_promise_is_named(inside: str, complaint: str) -> None:
    assert wrong_with(inside) == [complaint]


def test_a_title_that_does_not_say_what_the_page_is_fails() -> None:
    page = GOOD.format("").replace("Entries -", "Home -")

    assert broken_promises(Html(page)) == ["its title 'Home - Zhuiguang' does not say its h1 'Entries'"]


@pytest.mark.parametrize("tag", ["<p><div></div></p>", "<ul><li></ul></li>", "</span>", "<p>a</div>", "<b><p></b></p>"])
def test_invalid_html_does_not_even_parse(tag: str) -> None:
    with pytest.raises(Exception, match=r".+"):
        wrong_with(tag)
