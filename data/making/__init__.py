"""How is each file of ``data/`` made, and from what? One module a job; ``data/make.py`` runs them in order."""
