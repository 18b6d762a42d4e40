"""GraphiQL in a real browser, which reaches nothing but the gateway."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from playwright.async_api import Browser, Locator, Page, Request, expect

from gateway import graphiql
from gateway.app import ENDPOINT
from gateway.demo.data.people import ADA, BEN, ZOE
from gateway.demo.examples import EXAMPLES, callers
from gateway.stores import Addresses
from loaders.stores.postgres import PostgresAddress
from loaders.tables import studio
from schema.build import SUBJECTS
from tests import engines as running
from tests.engines import as_read, execute
from tests.gateway.browsers import chromium, window
from tests.gateway.serving import application
from tests.gateway.subscriptions.serving import Served, served
from tests.viewers import TOKENS, by_token

pytestmark = pytest.mark.slow

WHO = "query Who { viewer { email } }"
PROGRESS = "subscription Phases { processingStatus(inputRecordId: 1) { progressPercentage } }"
_WRITTEN_DOWN = """
async tab => {
  while (!sessionStorage['graphiql:tabState']?.includes(tab))
    await new Promise(requestAnimationFrame);
}
"""
"""Waits until GraphiQL, which does so a little later, has written down that it has a tab.

Not `wait_for_function`, which evaluates a string each time it looks, as the policy forbids.
"""
SEEN = graphiql.Page(ENDPOINT, EXAMPLES, lambda: [*callers(TOKENS)])


@pytest.fixture(scope="module")
async def browser() -> AsyncIterator[Browser]:
    """A Chromium."""
    async with chromium() as browser:
        yield browser


@pytest.fixture(scope="module")
async def server(where: Addresses) -> AsyncIterator[Served]:
    """A gateway with the page of the demo."""
    async with served(application(where, viewer_of=by_token(), page=SEEN)) as server:
        yield server


@pytest.fixture
async def page(browser: Browser, server: Served) -> AsyncIterator[Page]:
    """GraphiQL, in a window of its own."""
    async with window(browser, server) as page:
        yield page


def answer(page: Page) -> Locator:
    """Where the answer is shown."""
    return page.locator(".graphiql-response")


async def write(page: Page, editor: str, text: str) -> None:
    """Put a text into one of the editors, in place of what it holds."""
    area = page.get_by_label(editor, exact=True).locator(".monaco-editor:visible")
    await area.click()
    await page.keyboard.press("Control+A")
    await page.keyboard.press("Delete")
    await page.keyboard.insert_text(text)


async def run(page: Page, query: str) -> None:
    """Run this query."""
    await write(page, "Operation Editor", query)
    await page.get_by_label("Execute query").click()


async def show(page: Page, panel: str) -> Locator:
    """Open a panel of the sidebar."""
    await page.get_by_label(f"Show {panel}").click()
    return page.locator(".graphiql-plugin")


async def choose(page: Page, caller: str) -> None:
    """Ask as somebody."""
    await page.get_by_label("Ask as").select_option(caller)


async def test_what_a_page_asks_of_others_is_noticed(browser: Browser, server: Served) -> None:
    with pytest.raises(AssertionError, match="policy: connect-src http://elsewhere"):
        async with window(browser, server) as page:
            await page.evaluate("fetch('http://elsewhere/').catch(() => null)")


async def test_a_query_is_typed_completed_and_run(page: Page) -> None:
    await write(page, "Operation Editor", "")
    for beginning, whole in (("{ view", "viewer"), (" { emai", "email")):
        await page.keyboard.type(beginning, delay=20)
        offered = page.locator(".suggest-widget.visible .monaco-list-row.focused")
        await expect(offered).to_contain_text(whole)
        await page.keyboard.press("Enter")
    await page.keyboard.press("Control+Enter")
    await expect(answer(page)).to_contain_text(ADA.email)


async def test_what_is_wrong_is_marked(page: Page) -> None:
    await write(page, "Operation Editor", "{ viewer { nothing } }")
    await expect(page.locator(".squiggly-error").first).to_be_attached()


async def test_each_example_has_a_tab(page: Page) -> None:
    tabs = page.locator(".graphiql-tab-button")
    names = [example.query.split()[1] for example in EXAMPLES]
    await expect(tabs).to_have_text(names)
    await tabs.filter(has_text="Titles").click()
    await page.get_by_label("Execute query").click()
    await expect(answer(page)).to_contain_text("Metropolis")
    await tabs.filter(has_text="Progress").click()
    await page.get_by_label("Execute query").click()
    await expect(answer(page)).to_contain_text("inputRecordProgress")


async def test_the_chosen_tab_is_in_sight(page: Page) -> None:
    chosen = page.locator(".graphiql-tab-active .graphiql-tab-button")
    await page.get_by_label("New tab").click()
    for panel in ("Documentation Explorer", "Schema"):
        await show(page, panel)
        await expect(chosen).to_have_text("<untitled>")
        await expect(chosen).to_be_in_viewport(ratio=0.99)
    await page.evaluate(_WRITTEN_DOWN, "<untitled>")
    await page.reload()
    await expect(chosen).to_have_text("<untitled>")
    await expect(chosen).to_be_in_viewport(ratio=0.99)
    strip = page.get_by_role("tablist")
    assert await strip.evaluate("strip => strip.scrollLeft") > 0
    await page.locator(".graphiql-tab-button").first.dispatch_event("click")
    await expect(chosen).to_have_text("Accounts")
    await expect(chosen).to_be_in_viewport(ratio=0.99)


async def test_people_ask_as_whom_they_choose(page: Page) -> None:
    await choose(page, "ben")
    await run(page, WHO)
    await expect(answer(page)).to_contain_text(BEN.email)
    await choose(page, "anonymous")
    await run(page, WHO)
    await expect(answer(page)).to_contain_text("null")


async def test_the_choice_outlives_a_reload(page: Page) -> None:
    await choose(page, "ben")
    await page.reload()
    await expect(page.get_by_label("Ask as")).to_have_value("ben")
    await run(page, WHO)
    await expect(answer(page)).to_contain_text(BEN.email)


async def test_a_header_that_is_typed_wins(page: Page) -> None:
    await page.get_by_role("button", name="Headers").click()
    token = TOKENS.token_of("zoe")
    await write(page, "Headers", json.dumps({"authorization": f"Bearer {token}"}))
    await run(page, WHO)
    await expect(answer(page)).to_contain_text(ZOE.email)


async def test_docs_are_read(page: Page) -> None:
    docs = await show(page, "Documentation Explorer")
    await docs.get_by_role("link", name="Query", exact=True).click()
    await docs.get_by_role("link", name="Person", exact=True).first.click()
    await expect(docs).to_contain_text("accounts")


async def test_history_remembers_what_was_run(page: Page) -> None:
    await write(page, "Operation Editor", WHO)
    # GraphiQL takes note of what is typed half a second late, and its history goes by that note.
    await expect(page.locator(".graphiql-tab-active")).to_contain_text("Who")
    await page.get_by_label("Execute query").click()
    await expect(answer(page)).to_contain_text(ADA.email)
    history = await show(page, "History")
    await expect(history).to_contain_text("Who")


EPISODES = (
    "{ tmdbTitles(mediaType: TV, first: 1) { nodes { episodes(first: 1) { nodes { name } } } } }"
)


async def test_explain_draws_what_the_stores_were_asked(page: Page) -> None:
    panel = await show(page, "Explain")
    await expect(panel).to_contain_text("Run an operation")
    await panel.get_by_role("button", name="Run").click()
    levels = panel.locator(".level")
    await expect(levels).not_to_have_count(0)
    assert await levels.count() > 2
    await expect(levels.first.locator(".call")).to_have_count(5)
    call = levels.nth(1).locator(".call").filter(has_text="kid_profiles")
    await call.locator("summary").click()
    for fact in ("family, SELECT", "viewer.accounts.kidProfiles", "family_id", "SQL", "at most"):
        await expect(call).to_contain_text(fact)
    bar, lane = call.locator(".bar"), call.locator(".lane")
    assert await within(bar, lane)
    await expect(answer(page)).to_contain_text("STREAM")
    await expect(answer(page)).not_to_contain_text("extensions")


async def test_explain_draws_what_came_along_at_its_own_level(page: Page) -> None:
    panel = await show(page, "Explain")
    await run(page, EPISODES)
    levels = panel.locator(".level")
    await expect(levels).to_have_count(2)
    took = panel.locator(".figures tbody tr").first.locator("td")
    assert (await took.all_inner_texts())[:2] == ["1", "4"]  # two of each: the second is not shown
    call = levels.nth(1).locator(".call")
    await call.locator("summary").click()
    for fact in ("episodes", "with titles", "tmdbTitles.nodes.episodes", "title_id", "at most"):
        await expect(call).to_contain_text(fact)


async def within(inner: Locator, outer: Locator) -> bool:
    """Whether one is drawn inside the other, and not over all of it."""
    one, other = await inner.bounding_box(), await outer.bounding_box()
    assert one
    assert other
    inside = other["x"] <= one["x"] and one["x"] + one["width"] <= other["x"] + other["width"] + 1
    return inside and 0 < one["width"] < other["width"]


async def test_traces_are_asked_for_while_they_are_looked_at(page: Page) -> None:
    asked: list[Request] = []

    def keep(request: Request) -> None:
        if WHO in (request.post_data_json or {}).get("query", ""):
            asked.append(request)

    page.on("request", keep)
    await run(page, WHO)
    await expect(answer(page)).to_contain_text(ADA.email)
    panel = await show(page, "Explain")
    await expect(panel).to_contain_text("closed when the operation began")
    await panel.get_by_role("button", name="Run").click()
    await expect(panel.locator(".figures")).to_be_visible()
    await page.get_by_label("Hide Explain").click()
    await run(page, WHO)
    await expect(answer(page)).to_contain_text(ADA.email)
    sent = [request.headers for request in asked]
    assert [headers.get("gateway-trace") for headers in sent] == [None, "1", None]
    assert [headers.get("gateway-explain") for headers in sent] == [None, "run", None]


async def test_explain_says_where_nothing_is_told(page: Page) -> None:
    panel = await show(page, "Explain")
    await run(page, "query Wrong { nothing }")
    await expect(panel).to_contain_text("The gateway told nothing")


async def test_the_schema_is_drawn_by_subject(page: Page) -> None:
    panel = await show(page, "Schema")
    groups = panel.locator(".subject")
    await expect(groups).to_have_count(len(SUBJECTS))
    for group, (subject, types) in zip(await groups.all(), SUBJECTS.items(), strict=True):
        await expect(group.get_by_role("heading")).to_have_text(subject)
        assert {*types} == {*await group.locator(".type").all_text_contents()}
    movie = panel.get_by_role("button", name="Movie", exact=True)
    await movie.hover()
    near = panel.locator(".type[data-near]")
    assert {"Movie", "Title", "WatchEvent"} <= {*await near.all_text_contents()}
    await expect(panel.locator("path[data-near]")).to_have_count(await near.count() - 1)
    await movie.click()
    await expect(panel).to_contain_text("A movie or show in the catalogue")


async def test_the_picture_is_drawn_larger(page: Page) -> None:
    panel = await show(page, "Schema")
    await panel.get_by_role("button", name="Larger").click()
    box: Any = await panel.get_by_label("Schema").bounding_box()
    assert box["width"] > 1000
    await panel.get_by_role("button", name="Account", exact=True).click()
    await expect(panel.get_by_text("Implementations")).to_be_visible()


async def test_a_subscription_shows_what_changes(
    browser: Browser, engines: running.Addresses, writable_studio: PostgresAddress
) -> None:
    where = engines.stores(postgres={studio.PRODUCT: as_read(writable_studio)})
    app = application(where, viewer_of=by_token(), page=SEEN)
    async with served(app) as server, window(browser, server) as page:
        panel = await show(page, "Explain")
        await run(page, PROGRESS)
        await expect(answer(page)).to_contain_text("progressPercentage")
        for progress in (41, 42):
            await execute(
                writable_studio.url,
                f"UPDATE processing_statuses SET progress_percentage = {progress}"
                " WHERE input_record_id = 1 AND phase = 'composition'",
            )
            await expect(answer(page)).to_contain_text(f'"progressPercentage": {progress}')
        await expect(panel.locator(".call").last).to_contain_text("processing_statuses")
        await page.get_by_label("Stop query").click()
        await expect(page.get_by_label("Execute query")).to_be_visible()


async def test_a_subscription_that_runs_is_run_again_to_explain_it(page: Page) -> None:
    await run(page, PROGRESS)
    await expect(answer(page)).to_contain_text("progressPercentage")
    panel = await show(page, "Explain")
    await expect(panel).to_contain_text("closed when the operation began")
    await panel.get_by_role("button", name="Run").click()
    await expect(panel.locator(".figures")).to_be_visible()


async def test_without_callers_headers_alone_tell_who_asks(
    browser: Browser, where: Addresses
) -> None:
    app = application(where, viewer_of=by_token(), page=graphiql.Page(ENDPOINT), demo=False)
    async with served(app) as server, window(browser, server, ENDPOINT) as page:
        await run(page, WHO)
        await expect(answer(page)).to_contain_text("null")
        await expect(page.get_by_label("Ask as")).to_have_count(0)
        panel = await show(page, "Explain")
        await run(page, WHO)
        await expect(panel).to_contain_text("to staff alone")
