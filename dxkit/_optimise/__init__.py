"""Which choice is best? Kernels of optimisation on arrays: no tables, no words for users, no knowledge of what is chosen.

The topics above (`dxkit.drones`, `dxkit.groups`, `dxkit.sharing`) turn tables into arrays, call a kernel and name its answer.
"""
