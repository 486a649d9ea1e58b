"""axe-core (vendored/lock.json says which) looks at a page for what keeps people from using it."""

from pathlib import Path

from playwright.sync_api import Page

_SOURCE = (Path(__file__).parent / "vendored" / "axe.min.js").read_text()

# All that WCAG 2.2 asks for at AA, the size of targets too, which axe leaves out by itself, and good practice.
_RUN = """
async () => {
  const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
  const { violations } = await axe.run(document, { runOnly: { type: "tag", values: tags } });
  return violations.flatMap((rule) => rule.nodes.map((node) =>
    `${rule.id} (${rule.impact}): ${rule.help}: ${node.target.join(" ")}: ${node.html}`));
}
"""


def axe(page: Page) -> list[str]:
    """What axe finds on the page as it is now, one sentence each; empty is good.

    The debugger's protocol brings axe in: the page's policy, which refuses it to the page, stays as it is.
    """
    page.evaluate(_SOURCE)
    found: list[str] = page.evaluate(_RUN)
    return found
