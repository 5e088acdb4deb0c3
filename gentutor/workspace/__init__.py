"""Lessons on disk: the registry, the canonical form, student copies, execution, JupyterLab, and the doctor.

Everything that touches notebook files lives here. The only part of gentutor that imports nbformat, nbgrader and
papermill; each module imports what it needs, so that importing one does not load the others.
"""
