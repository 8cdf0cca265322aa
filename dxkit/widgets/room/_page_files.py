"""How is a page put together from the head that all share and its own body?"""

from functools import cache
from importlib.resources import files

from dxkit.widgets.room._replies import POLICY, Reply

HTML = "text/html"
CSS = "text/css"
SCRIPT = "text/javascript"
HEAD = """<!doctype html>
<html lang="ja">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>{title}</title>
<link rel="icon" href="data:,">
{parts}
</head>
"""
FOOT = "</html>\n"
# before each page's own: parts of a page, requests, the focus
SHARED_SCRIPT = "request.js"
# page → its title, its styles and scripts
HEADS = {
    "page.html": ("会議の投票", ("page.css", "page.js")),
    "stage.html": ("会議の画面", ("stage.css", "stage.js")),
    "officer.html": ("進行役の画面", ("officer.css", "officer.js")),
    "prepare.html": (
        "会議の準備",
        (
            "prepare.css",
            "prepare.js",
            "prepare_members.js",
            "prepare_unsaved.js",
            "prepare_papers.js",
        ),
    ),
    "board.html": ("教室のようす", ("board.css", "board.js")),
    "course.html": ("研修の教材", ("course.css", "course.js")),
    "game.html": ("拠点を置く", ("page.css", "game.css", "game.js")),
}
# a page that shows others of this server within itself
POLICIES = {"course.html": f"{POLICY}; frame-src 'self'"}


@cache
def read_page_file(name: str, kind: str) -> Reply:
    """Read one of the pages' files, once."""
    content = (files("dxkit") / "assets" / "room" / name).read_bytes()
    if name not in HEADS:
        return Reply(200, content, kind)
    title, parts = HEADS[name]
    head = HEAD.format(title=title, parts="\n".join(map(_link_part, (SHARED_SCRIPT, *parts))))
    policy = (("Content-Security-Policy", POLICIES.get(name, POLICY)),)
    return Reply(200, head.encode() + content + FOOT.encode(), kind, special=policy)


def _link_part(name: str) -> str:
    if name.endswith(".css"):
        return f'<link rel="stylesheet" href="{name}">'
    return f'<script src="{name}" defer></script>'
