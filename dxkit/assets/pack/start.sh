#!/bin/sh
# Sets up Python packages from the folder "wheels" (no network) the first time, then opens the notebooks.
set -e
cd "$(dirname "$0")"
export PYTHONUTF8=1 DXKIT_DATA="$PWD/data"
for python in "${PYTHON:-python3.@MINOR@}" python3 python; do
    if "$python" -c 'import sys; sys.exit(list(sys.version_info[:2]) != [3, @MINOR@])' 2>/dev/null; then
        "$python" make_venv.py requirements.lock --wheels wheels
        exec .venv/bin/python -m jupyterlab --LabApp.app_settings_dir=lab notebooks/00_start_here.ipynb "$@"
    fi
done
echo "Python 3.@MINOR@ が見つかりません。はじめに.txt をご覧ください。 / Python 3.@MINOR@ was not found." >&2
exit 1
