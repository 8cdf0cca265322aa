"""What does the template of a record look like, which an office may change in Word?"""

import zipfile
from collections.abc import Mapping
from io import BytesIO
from pathlib import Path

from dxkit.reports._docx_parts import write_paragraph, write_runs

DOCUMENT = "word/document.xml"
MAIN = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
WORD_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml"
DECLARATION = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
# the same content gives the same bytes
ZIP_TIME = (2026, 1, 1, 0, 0, 0)
# headings of the parts, and the place of each
PARTS = (
    ("前回までの決定（未完了）", "前回までの決定"),
    ("１　出席者", "出席者"),
    ("２　次第", "次第"),
    ("３　投票の結果", "結果"),
    ("４　選ばれたもの", "選択"),
    ("５　出された意見（カード）", "カード"),
    ("６　決定（担当・期限）", "決定"),
    ("７　次回", "次回の次第"),
    ("８　投票の控え", "控え"),
)
STYLES = f"""{DECLARATION}<w:styles xmlns:w="{MAIN}"><w:docDefaults><w:rPrDefault><w:rPr>
<w:rFonts w:ascii="Yu Mincho" w:hAnsi="Yu Mincho" w:eastAsia="游明朝" w:cs="Yu Mincho"/>
<w:sz w:val="21"/><w:szCs w:val="21"/><w:lang w:val="ja-JP" w:eastAsia="ja-JP"/></w:rPr>
</w:rPrDefault></w:docDefaults>
<w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/></w:style>
<w:style w:type="paragraph" w:styleId="Title"><w:name w:val="Title"/><w:basedOn w:val="Normal"/>
<w:pPr><w:jc w:val="center"/><w:spacing w:after="200"/></w:pPr>
<w:rPr><w:b/><w:sz w:val="32"/></w:rPr></w:style>
<w:style w:type="paragraph" w:styleId="Heading1"><w:name w:val="heading 1"/>
<w:basedOn w:val="Normal"/><w:next w:val="Normal"/><w:pPr><w:keepNext/>
<w:spacing w:before="200" w:after="80"/><w:outlineLvl w:val="0"/></w:pPr>
<w:rPr><w:b/><w:sz w:val="24"/></w:rPr></w:style></w:styles>"""


def record_template(path: str | Path = "out/record_template.docx") -> Path:
    """Write the template of `record`, for an office to change in Word.

    What stands in double braces is filled in: ``{{会議名}} {{日時}} {{場所}} {{次回}} {{照合値}}
    {{架空}}`` within a line, ``{{出席者}} {{次第}} {{結果}} {{選択}} {{カード}} {{決定}}
    {{前回までの決定}} {{次回の次第}} {{控え}} {{守られること}}`` where each is a paragraph of its
    own. Places may be moved, left out, or used twice; fonts, headings and seals are the office's.

    Parameters
    ----------
    path
        The file (``.docx``).

    Returns
    -------
    pathlib.Path

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     record_template(f"{folder}/a.docx").read_bytes()[:2]
    b'PK'
    """
    target = Path(path)
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(write_package(make_template()))
    return target


def make_template() -> dict[str, bytes]:
    """Make the files of the template's package."""
    lines = [("日時", "日時"), ("場所", "場所"), ("次回", "次回")]
    body = [
        write_paragraph("{{架空}}", bold=True),
        _write_styled("Title", "{{会議名}}　記録"),
        *(write_paragraph(f"{label}：{{{{{place}}}}}") for label, place in lines),
    ]
    for heading, place in PARTS:
        body += [_write_styled("Heading1", heading), write_paragraph(f"{{{{{place}}}}}")]
    body += [
        write_paragraph("{{守られること}}"),
        write_paragraph("{{照合値}}", size=16),
        '<w:sectPr><w:pgSz w:w="11906" w:h="16838"/><w:pgMar w:top="1134" w:right="1134"'
        ' w:bottom="1134" w:left="1134" w:header="567" w:footer="567" w:gutter="0"/></w:sectPr>',
    ]
    document = (
        f'{DECLARATION}<w:document xmlns:w="{MAIN}"><w:body>{"".join(body)}</w:body></w:document>'
    )
    types = (
        f'{DECLARATION}<Types xmlns="{TYPES}"><Default Extension="rels" ContentType='
        '"application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/{DOCUMENT}" ContentType="{WORD_TYPE}.document.main+xml"/>'
        f'<Override PartName="/word/styles.xml" ContentType="{WORD_TYPE}.styles+xml"/></Types>'
    )
    files = {
        "[Content_Types].xml": types,
        "_rels/.rels": _write_relation("officeDocument", DOCUMENT),
        DOCUMENT: document,
        "word/styles.xml": STYLES,
        "word/_rels/document.xml.rels": _write_relation("styles", "styles.xml"),
    }
    return {name: text.encode("utf-8") for name, text in files.items()}


def write_package(files: Mapping[str, bytes]) -> bytes:
    """Write the files of a package as one ZIP, the same bytes for the same files."""
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in files.items():
            entry = zipfile.ZipInfo(name, ZIP_TIME)
            entry.compress_type = zipfile.ZIP_DEFLATED
            package.writestr(entry, content)
    return buffer.getvalue()


def _write_styled(style: str, text: str) -> str:
    return f'<w:p><w:pPr><w:pStyle w:val="{style}"/></w:pPr>{write_runs(text)}</w:p>'


def _write_relation(kind: str, target: str) -> str:
    return (
        f'{DECLARATION}<Relationships xmlns="{RELATIONS}"><Relationship Id="rId1" '
        f'Type="{OFFICE}/{kind}" Target="{target}"/></Relationships>'
    )
