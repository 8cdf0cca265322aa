# Each recipe line is a command that could be typed by hand. On Windows: make.cmd, same words.
#   make lab                      set up .venv and open the notebooks     make lab ARGS=--no-browser
#   make full                     the same with the libraries of the notebooks that make lab leaves out
#   make test                     every check but the slow tests          make test SLOW=1   make test ARGS="-k codes"
#   make room                     the meeting's room: officer's page, stage and phones, no code
#   make pack TO=out/pack         the offline workshop folder             make data   make bench
#   make docs                     docs/names.md and the pages docs/api/index.html
#   PYTHON=/path/to/python3.11    names the Python that makes .venv

PYTHON ?= $(shell for python in python3.11 python3.12 python3.13 python3 python; do \
	$$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$python && break; done)
ARGS ?=
TO ?= out/pack
SLOW ?=
VENV = .venv/bin/python
# with -n 2 a file's tests stay together (--dist loadfile): the cells of a notebook share one kernel
PYTEST = $(VENV) -m pytest -n 2 --dist loadfile $(if $(SLOW),,-m "not slow")

export PYTHONUTF8 = 1

.PHONY: lab full room test docs pack data bench user fuller tester bencher
.DEFAULT_GOAL := lab

lab: user
	$(VENV) -m jupyterlab --LabApp.app_settings_dir=dxkit/assets/lab notebooks/00_start_here.ipynb $(ARGS)

full: fuller
	$(VENV) -m jupyterlab --LabApp.app_settings_dir=dxkit/assets/lab notebooks/00_start_here.ipynb $(ARGS)

# with glibc, no thread keeps the blocks that it has freed: all are overwritten (dxkit/widgets/room/_freed_memory.py)
room: user
	GLIBC_TUNABLES=glibc.malloc.tcache_count=0 $(VENV) scripts/open_room.py $(ARGS)

test: tester
	$(VENV) -m ruff check
	$(VENV) -m ruff format --check
	$(VENV) -m mypy
	$(VENV) -c "from importlinter.cli import lint_imports_command; lint_imports_command()"
	$(PYTEST) $(ARGS)

docs: user
	$(VENV) scripts/make_api.py $(ARGS)

pack: fuller
	$(VENV) scripts/make_pack.py "$(TO)" $(ARGS)

data: tester
	$(VENV) data/make.py $(ARGS)

bench: bencher
	missed=; for file in tests/benchmarks/*.py; do echo "== $$file"; $(VENV) $$file || missed="$$missed $$file"; done; \
	if [ -n "$$missed" ]; then echo "stopped, or missed a figure:$$missed"; exit 1; fi

user: requirements-lab.lock
	@$(found)
	@"$(PYTHON)" scripts/make_venv.py requirements-lab.lock

fuller: requirements-full.lock
	@$(found)
	@"$(PYTHON)" scripts/make_venv.py requirements-full.lock

tester: requirements.lock
	@$(found)
	@"$(PYTHON)" scripts/make_venv.py requirements.lock

bencher: requirements-bench.lock
	@$(found)
	@"$(PYTHON)" scripts/make_venv.py requirements-bench.lock

define found
test -n "$(PYTHON)" || { printf '%s\n' \
	'Python 3.11 以降が見つかりません。入れてからもう一度実行するか、make lab PYTHON=/path/to/python3.11 のように場所を指定してください。' \
	'No Python >= 3.11 was found. Install one, or name it: make lab PYTHON=/path/to/python3.11' >&2; exit 1; }
endef
