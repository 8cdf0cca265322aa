"""Where do callers of the loaders find the writer of tables?

It lives in `dxkit.schema.exporting`, where `dxkit.store` may use it too.
"""

from dxkit.schema.exporting import plain_cell, safe_cell, write_table

__all__ = ["plain_cell", "safe_cell", "write_table"]
