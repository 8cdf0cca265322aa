@echo off
rem Sets up Python packages from the folder "wheels" (no network) the first time, then opens the notebooks.
rem pushd, not cd: a shared folder (\\server\folder) gets a drive letter
pushd "%~dp0"
setlocal
set PYTHONUTF8=1
set "DXKIT_DATA=%CD%\data"
set "PY="
py -3.@MINOR@ -c "import sys" >nul 2>nul && set "PY=py -3.@MINOR@"
if defined PY goto found
python -c "import sys; sys.exit(list(sys.version_info[:2]) != [3, @MINOR@])" >nul 2>nul && set "PY=python"
if defined PY goto found
echo Python 3.@MINOR@ was not found.
for %%f in (*.txt) do start "" notepad "%%f"
pause
exit /b 1

:found
%PY% make_venv.py requirements.lock --wheels wheels
if errorlevel 1 goto failed
.venv\Scripts\python.exe -m jupyterlab --LabApp.app_settings_dir=lab notebooks/00_start_here.ipynb %*
if errorlevel 1 goto failed
exit /b 0

:failed
pause
exit /b 1
