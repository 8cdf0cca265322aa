@echo off
rem The words of the Makefile for Windows: "make lab" in cmd.exe, ".\make lab" in PowerShell.
rem set PYTHON=C:\path\to\python.exe names the Python that makes .venv.
setlocal
cd /d "%~dp0"
set PYTHONUTF8=1
set "VENV=.venv\Scripts\python.exe"
set "VERB=%~1"
if "%VERB%"=="" set "VERB=lab"

if defined PYTHON goto verb
for %%v in (3.11 3.12 3.13) do (
    if not defined PYTHON py -%%v -c "import sys" >nul 2>nul && set "PYTHON=py -%%v"
)
if defined PYTHON goto verb
python -c "import sys; sys.exit(sys.version_info < (3, 11))" >nul 2>nul && set "PYTHON=python"
if defined PYTHON goto verb
echo Python 3.11 or later was not found. Install it from python.org, then run this again.
echo ^(README.ja.md: Python 3.11^)
exit /b 1

:verb
shift
set "REST="
set "TO="
set WHICH=-m "not slow"
:rest
if "%~1"=="" goto run
rem cmd.exe parts TO=folder, SLOW=1 and ARGS=--option at the equals sign; PowerShell hands some over whole
set "WORD=%~1"
if /i "%WORD%"=="TO" goto target
if /i "%WORD%"=="ARGS" goto options
if /i "%WORD%"=="SLOW" goto slow
if /i "%WORD:~0,3%"=="TO=" goto whole_target
if /i "%WORD:~0,5%"=="ARGS=" goto whole_options
if /i "%WORD:~0,5%"=="SLOW=" goto whole_slow
set REST=%REST% %1
shift
goto rest
:target
set "TO=%~2"
shift
shift
goto rest
:options
set REST=%REST% %~2
shift
shift
goto rest
:slow
if not "%~2"=="" set "WHICH="
shift
shift
goto rest
:whole_slow
if not "%WORD:~5%"=="" set "WHICH="
shift
goto rest
:whole_target
set "TO=%WORD:~3%"
shift
goto rest
:whole_options
set REST=%REST% %WORD:~5%
shift
goto rest

:run
if /i "%VERB%"=="lab" goto lab
if /i "%VERB%"=="full" goto full
if /i "%VERB%"=="room" goto room
if /i "%VERB%"=="test" goto test
if /i "%VERB%"=="docs" goto docs
if /i "%VERB%"=="pack" goto pack
if /i "%VERB%"=="data" goto data
if /i "%VERB%"=="bench" goto bench
echo make lab ^| full ^| room ^| test ^| docs ^| pack ^| data ^| bench
exit /b 2

:lab
%PYTHON% scripts\make_venv.py requirements-lab.lock || exit /b 1
%VENV% -m jupyterlab --LabApp.app_settings_dir=dxkit/assets/lab notebooks/00_start_here.ipynb %REST%
exit /b

:full
%PYTHON% scripts\make_venv.py requirements-full.lock || exit /b 1
%VENV% -m jupyterlab --LabApp.app_settings_dir=dxkit/assets/lab notebooks/00_start_here.ipynb %REST%
exit /b

:room
%PYTHON% scripts\make_venv.py requirements-lab.lock || exit /b 1
%VENV% scripts\open_room.py %REST%
exit /b

:test
%PYTHON% scripts\make_venv.py requirements.lock || exit /b 1
%VENV% -m ruff check || exit /b 1
%VENV% -m ruff format --check || exit /b 1
%VENV% -m mypy || exit /b 1
%VENV% -c "from importlinter.cli import lint_imports_command; lint_imports_command()" || exit /b 1
%VENV% -m pytest -n 2 --dist loadfile %WHICH% %REST%
exit /b

:docs
%PYTHON% scripts\make_venv.py requirements-lab.lock || exit /b 1
%VENV% scripts\make_api.py %REST%
exit /b

:pack
%PYTHON% scripts\make_venv.py requirements-full.lock || exit /b 1
if defined TO set REST="%TO%" %REST%
%VENV% scripts\make_pack.py %REST%
exit /b

:data
%PYTHON% scripts\make_venv.py requirements.lock || exit /b 1
%VENV% data\make.py %REST%
exit /b

:bench
%PYTHON% scripts\make_venv.py requirements-bench.lock || exit /b 1
set "MISSED="
for %%f in (tests\benchmarks\*.py) do (
  echo == %%f
  %VENV% %%f || call set "MISSED=%%MISSED%% %%f"
)
if not defined MISSED exit /b 0
echo stopped, or missed a figure:%MISSED%
exit /b 1
