"""Pages in real Chromium, and what axe says of them."""
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import sync_playwright

AXE = Path(__file__).parent / "node" / "node_modules" / "axe-core" / "axe.min.js"
CHROMIUM = "/usr/bin/chromium"


@contextmanager
def launched():
    """Debian's Chromium, for as long as it is needed."""
    with sync_playwright() as playwright, playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"]) as browser:
        yield browser


def opened(browser, path, theme="light", **context):
    """The page, and what it should not have done."""
    page = browser.new_context(color_scheme=theme, viewport={"width": 1280, "height": 900}, **context).new_page()
    seen = []
    page.on("console", lambda message: seen.append(f"console: {message.text}"))
    page.on("pageerror", lambda error: seen.append(f"error: {error}"))
    page.on("request", lambda request: None if request.url.startswith((path.as_uri(), "data:")) else seen.append(f"asks for {request.url}"))
    page.goto(path.as_uri(), wait_until="load")
    return page, seen


def axe(browser, path, theme):
    """What axe finds serious or critical on the page, its folded parts opened."""
    # The policy of contents forbids every script, that of the checker too.
    page, _ = opened(browser, path, theme, bypass_csp=True)
    page.evaluate("() => document.querySelectorAll('details').forEach(details => details.open = true)")
    page.evaluate(AXE.read_text())
    found = page.evaluate("async () => (await axe.run()).violations.map(v => [v.impact, v.id, v.nodes.length, v.nodes[0].html.slice(0, 160)])")
    page.context.close()
    return [str(violation) for violation in found if violation[0] in ("serious", "critical")]
