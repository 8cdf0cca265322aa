"""A person who has nothing but keys: presses them, looks where the focus is, counts."""

from dataclasses import dataclass, field

WAIT_MS = 240_000
LEAST_RING_PX, LEAST_CONTRAST = 2, 3
LOST_TRIES = 50
# the picture of a file's field is its label
LOOK = """() => {
    const part = document.activeElement;
    if (!part || part === document.body) return null;
    const shown = getComputedStyle(part).opacity === "0" ? part.labels[0] : part;
    const style = getComputedStyle(shown), box = shown.getBoundingClientRect();
    const light = (colour) => colour.match(/[\\d.]+/g).slice(0, 3).map((level) => level / 255)
        .map((level) => level <= 0.04045 ? level / 12.92 : ((level + 0.055) / 1.055) ** 2.4)
        .reduce((sum, level, place) => sum + level * [0.2126, 0.7152, 0.0722][place], 0);
    const isInside = parseFloat(style.outlineOffset) < 0;
    let ground = isInside ? shown : shown.parentElement;
    while (ground && getComputedStyle(ground).backgroundColor === "rgba(0, 0, 0, 0)") ground = ground.parentElement;
    const lights = [style.outlineColor, getComputedStyle(ground ?? document.body).backgroundColor].map(light);
    const left = Math.max(box.left, 0), right = Math.min(box.right, innerWidth), top = Math.max(box.top, 0), bottom = Math.min(box.bottom, innerHeight);
    const shares = [0.1, 0.5, 0.9], points = shares.flatMap((x) => shares.map((y) => [left + x * (right - left), top + y * (bottom - top)]));
    return {
        what: `${part.tagName.toLowerCase()}#${part.id} ${part.textContent.trim().slice(0, 20)}`,
        ring: style.outlineStyle === "none" ? 0 : parseFloat(style.outlineWidth),
        contrast: (Math.max(...lights) + 0.05) / (Math.min(...lights) + 0.05),
        seen: right > left && bottom > top && points.some(([x, y]) => shown.contains(document.elementFromPoint(x, y))),
    };
}"""


@dataclass
class Counts:
    """What hands did, and where they went wrong."""

    presses: int = 0
    letters: int = 0
    faults: list = field(default_factory=list)
    wrong_turns: list = field(default_factory=list)


class Keys:
    """A person at one window who has nothing but keys."""

    def __init__(self, page, counts):
        self.page, self.counts = page, counts
        self._devtools = page.context.new_cdp_session(page)

    def press(self, key, *, looks=True):
        self.page.keyboard.press(key)
        self.counts.presses += 1
        if looks:
            self._look(key)

    def type(self, text):
        self.page.keyboard.type(text)
        self.counts.letters += len(text)

    def reach(self, target, key="Tab", most=90):
        """Press a key until a control has the focus."""
        for _ in range(most):
            self.press(key)
            if self.is_at(target):
                return
        raise AssertionError(f"{target} is not reached within {most} presses of {key}")

    def back_to(self, target):
        self.reach(target, "Shift+Tab")

    def use(self, target, text, key="Tab"):
        """Go to a control and press Enter; what the page says then holds the text."""
        self.reach(target, key)
        self.enter(text)

    def enter(self, text):
        self.press("Enter", looks=False)
        self.wait(text)
        self._look("Enter")

    def wait(self, text):
        self.page.wait_for_function(
            "text => document.getElementById('status').textContent.includes(text)",
            arg=text, timeout=WAIT_MS,
        )  # fmt: skip
        if self.page.evaluate("document.body.className") == "refused":
            self.counts.wrong_turns.append(self.page.text_content("#status"))

    def wait_for(self, expression):
        self.page.wait_for_function(expression, timeout=WAIT_MS)
        self._look("waiting")

    def is_at(self, target):
        return self.page.evaluate("target => document.activeElement.matches(target)", target)

    def save(self, kind, folder):
        """Save a file with the button that has the focus."""
        self.reach(f'[data-file="{kind}"]')
        with self.page.expect_download(timeout=WAIT_MS) as download:
            self.press("Enter", looks=False)
        path = folder / kind
        download.value.save_as(path)
        self.wait("を保存しました")
        self._look("Enter")
        return path

    def open_window(self, target):
        """Open the window that a link leads to."""
        self.reach(target)
        with self.page.context.expect_page(timeout=WAIT_MS) as opened:
            self.press("Enter")
        return opened.value

    def _look(self, key):
        place = self.page.evaluate(LOOK)
        # a link within the page takes the focus off, and the page puts it on again a moment later
        for _ in range(LOST_TRIES):
            if place is not None:
                break
            self.page.wait_for_timeout(100)
            place = self.page.evaluate(LOOK)
        else:
            self.counts.faults.append(f"{key}: the focus is lost ({self.page.url})")
            return
        name = self._read_name()
        where = f"{key}: {place['what']}"
        if not name:
            self.counts.faults.append(f"{where} has no name")
        if place["ring"] < LEAST_RING_PX or place["contrast"] < LEAST_CONTRAST:
            self.counts.faults.append(f"{where} has no ring: {place}")
        if not place["seen"]:
            self.counts.faults.append(f"{where} is not seen")

    def _read_name(self):
        """Read the name that the browser tells a screen reader."""
        part = self._devtools.send("Runtime.evaluate", {"expression": "document.activeElement"})
        nodes = self._devtools.send(
            "Accessibility.getPartialAXTree",
            {"objectId": part["result"]["objectId"], "fetchRelatives": False},
        )["nodes"]
        return nodes[0].get("name", {}).get("value", "").strip()
