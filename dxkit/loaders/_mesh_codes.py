"""Where do the cells of a mesh file lie, and which of its codes are none?"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from dxkit._arrays import FloatArray
from dxkit.codes import mesh_box
from dxkit.errors import CodeError, Fault
from dxkit.loaders._remedies import GET_AGAIN
from dxkit.loaders._sheet import Sheet

# the first heading of a file, and the position of its column
CODE_HEAD = "KEY_CODE"
CODE_COLUMN = 0
# digits of a code of 125 m: that of 250 m and its quarter
EIGHTH_DIGITS = 11


def find_centres(codes: NDArray[np.str_]) -> tuple[FloatArray, FloatArray]:
    """Find the centres of cells of one level; a cell of 125 m is a quarter of one of 250 m."""
    is_eighth = len(codes) > 0 and len(codes[0]) == EIGHTH_DIGITS
    box = mesh_box(np.array([code[:-1] for code in codes]) if is_eighth else codes)
    south, north, west, east = (
        np.asarray(side, dtype=float) for side in (box.south, box.north, box.west, box.east)
    )
    if not is_eighth:
        return (south + north) / 2, (west + east) / 2
    # 1 and 2 are the southern quarters, 1 and 3 the western
    quarter = np.array([int(code[-1]) - 1 for code in codes])
    lat = south + (north - south) * (0.25 + 0.5 * (quarter // 2))
    return lat, west + (east - west) * (0.25 + 0.5 * (quarter % 2))


def find_code_faults(sheet: Sheet, data: Sequence[int]) -> list[Fault]:
    """Find mesh codes that are none or of another level than the first."""
    codes = [sheet.find_text(row, CODE_COLUMN) for row in data]
    if codes and len(codes[0]) == EIGHTH_DIGITS:
        return _find_eighth_faults(sheet, data, codes)
    # all together first, because that is quick
    try:
        mesh_box(np.array(codes, dtype=str))
    except CodeError:
        pass
    else:
        return []
    faults = []
    for row, code in zip(data, codes, strict=True):
        try:
            # a code of another length is told as one that does not fit the first
            mesh_box(np.array([codes[0], code] if len(code) != len(codes[0]) else [code]))
        except CodeError as error:
            problem = str(error).removesuffix("。")
            faults.append(
                sheet.make_fault(problem, GET_AGAIN, row=row, column=CODE_HEAD, value=code)
            )
    return faults


def _find_eighth_faults(sheet: Sheet, data: Sequence[int], codes: Sequence[str]) -> list[Fault]:
    """Find codes of 125 m that are none: a code of 250 m, and a quarter from 1 to 4."""
    faults = []
    for row, code in zip(data, codes, strict=True):
        problem = ""
        if len(code) != EIGHTH_DIGITS or code[-1] not in "1234":
            problem = f"125 m メッシュのコード（{EIGHTH_DIGITS}桁、最後は1〜4）ではありません"
        else:
            try:
                mesh_box(code[:-1])
            except CodeError as error:
                problem = str(error).removesuffix("。")
        if problem:
            fault = sheet.make_fault(problem, GET_AGAIN, row=row, column=CODE_HEAD, value=code)
            faults.append(fault)
    return faults
