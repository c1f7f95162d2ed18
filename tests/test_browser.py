"""The explorer in a real browser: with and without JavaScript, on a phone, by keyboard, on paper.

Skipped where no Chromium and its driver are installed; `make setup-browser` installs them.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from experiments.packet.make import make_packet
from experiments.packet.plan import load_plan
from tests.packets import comparison

webdriver = pytest.importorskip("selenium.webdriver")
BROWSER = shutil.which("chromium") or shutil.which("chromium-browser")
DRIVER = shutil.which("chromedriver")
pytestmark = pytest.mark.skipif(
    not (BROWSER and DRIVER), reason="no Chromium here: make setup-browser installs it"
)

PHONE = {"width": 360, "height": 740, "deviceScaleFactor": 2, "mobile": True}
WOMEN = "//ul[@class='women']"


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("browser")
    make_packet(comparison(folder / "c", villages=6), load_plan(), folder / "p")
    return folder / "p" / "jelajah.html"


@contextmanager
def opened(page: Path, javascript: bool = True) -> Iterator[Any]:
    """A phone that shows the page."""
    options = webdriver.ChromeOptions()
    for word in ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"):
        options.add_argument(word)
    options.binary_location = str(BROWSER)
    options.set_capability("goog:loggingPrefs", {"performance": "ALL", "browser": "ALL"})
    if not javascript:
        content = {"profile.managed_default_content_settings.javascript": 2}
        options.add_experimental_option("prefs", content)
    driver = webdriver.Chrome(options=options, service=webdriver.ChromeService(str(DRIVER)))
    try:
        driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", PHONE)
        if not javascript:
            driver.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
        driver.get(page.as_uri())
        yield driver
    finally:
        driver.quit()


def women(driver: Any) -> list[tuple[str, int]]:
    """Counts told and women drawn in each picture, whatever runs on the page."""
    found = driver.find_elements("xpath", WOMEN)
    return [(e.get_dom_attribute("data-up"), len(e.find_elements("xpath", "./li"))) for e in found]


def test_the_page_on_a_phone(page: Path) -> None:
    with opened(page) as driver:
        assert driver.execute_script("return document.documentElement.scrollWidth") <= 360
        for tap in driver.find_elements("css selector", ".tabs label, button"):
            if tap.is_displayed():
                assert tap.size["height"] >= 44 and tap.size["width"] >= 44
        panes = {pane.get_dom_attribute("class")[-1]: pane
                 for pane in driver.find_elements("css selector", ".pane")}  # fmt: skip
        assert [x for x, pane in panes.items() if pane.is_displayed()] == ["C"]
        driver.find_element("css selector", "label[for=pick-B]").click()
        assert [x for x, pane in panes.items() if pane.is_displayed()] == ["B"]
        errors = [e for e in driver.get_log("browser") if e["level"] == "SEVERE"]
        assert not errors, errors


def test_no_request_leaves(page: Path) -> None:
    with opened(page) as driver:
        asked = [json.loads(entry["message"])["message"] for entry in driver.get_log("performance")]
        urls = {
            each["params"]["request"]["url"]
            for each in asked
            if each["method"] == "Network.requestWillBeSent"
        }
    assert urls and all(url.startswith((page.as_uri(), "data:", "chrome")) for url in urls), urls


def test_the_same_without_javascript(page: Path) -> None:
    with opened(page) as driver:
        with_it = women(driver)
        assert driver.find_elements("tag name", "button")
    with opened(page, javascript=False) as driver:
        assert women(driver) == with_it and with_it
        assert not driver.find_elements("tag name", "button")  # it only adds
        driver.find_element("css selector", "label[for=pick-A]").click()
        assert driver.find_element("css selector", ".pane-A").is_displayed()
        assert not driver.find_element("css selector", ".pane-C").is_displayed()


def test_by_keyboard_alone(page: Path) -> None:
    keys = pytest.importorskip("selenium.webdriver.common.keys").Keys
    with opened(page) as driver:
        driver.find_element("tag name", "body").send_keys(keys.TAB)
        focused = driver.switch_to.active_element
        assert focused.get_attribute("id") == "pick-C"
        focused.send_keys(keys.ARROW_LEFT)
        assert driver.find_element("css selector", ".pane-B").is_displayed()
        outline = (
            "return getComputedStyle(document.querySelector('label[for=pick-B]')).outlineStyle"
        )
        assert driver.execute_script(outline) != "none"
        driver.switch_to.active_element.send_keys(keys.TAB)
        button = driver.switch_to.active_element
        assert button.tag_name == "button"
        button.send_keys(keys.ENTER)
        assert "Andai ke-" in driver.find_element("css selector", ".pane-B .drawn").text


def test_on_paper_all_options_are_there(page: Path) -> None:
    with opened(page) as driver:
        driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
        assert all(p.is_displayed() for p in driver.find_elements("css selector", ".pane"))
        assert not any(b.is_displayed() for b in driver.find_elements("tag name", "button"))
        assert len(driver.print_page()) > 10_000
