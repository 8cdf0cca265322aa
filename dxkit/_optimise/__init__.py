"""Which choice is best? Kernels of optimisation on arrays: no tables, no words for users.

A kernel does not know what is chosen. The packages above (`dxkit.drones`, `dxkit.groups`,
`dxkit.sharing`) turn tables into arrays, call a kernel and name its answer.
"""
