"""Sphinx's settings for the site; `gentutor site` writes the sources and calls Sphinx with them."""

from pathlib import Path

from gentutor import __version__

project = "gentutor"
author = "the authors of gentutor"
copyright = "the authors of gentutor, MIT licence"
release = __version__
language = "en"

extensions = ["myst_nb", "sphinx.ext.autodoc", "numpydoc", "gentutor.workspace.site.formulas"]
html_math_renderer = "mathml"  # drawn by the browser; nothing is fetched
exclude_patterns = []

# Notebooks come executed.
nb_execution_mode = "off"
nb_merge_streams = True
nb_ipywidgets_js = {}  # live views need a kernel; the panels leave still pictures
nb_mime_priority_overrides = [("html", "text/html", 1), ("html", "image/png", 2), ("html", "text/markdown", 3)]
myst_enable_extensions = ["dollarmath", "amsmath"]
myst_dmath_double_inline = True
myst_heading_anchors = 3
suppress_warnings = ["myst.header", "mystnb.unknown_mime_type", "toc.not_included"]

default_role = "py:obj"  # `name` in a docstring is a link where the name is known, else code
autodoc_typehints = "none"  # docstrings say it in words
autodoc_member_order = "bysource"
add_module_names = False
numpydoc_show_class_members = False
numpydoc_xref_param_type = False

html_theme = "pydata_sphinx_theme"
html_title = "gentutor"
html_static_path = ["static"]
html_css_files = ["site.css"]
html_show_sourcelink = False
html_copy_source = False
html_search_scorer = str(Path(__file__).with_name("scorer.js"))  # lessons first
html_show_search_summary = False  # a summary is fetched from each page found, which a page from file:// may not do
pygments_style = "a11y-high-contrast-light"
html_theme_options = {
    "logo": {"text": "gentutor"},
    "navbar_align": "left",
    "navbar_end": ["theme-switcher"],
    "navbar_persistent": ["search-button-field"],
    "header_links_before_dropdown": 7,
    "secondary_sidebar_items": ["page-toc"],
    "show_toc_level": 2,
    "footer_start": ["copyright"],
    "footer_end": [],
    "pygments_light_style": "a11y-high-contrast-light",
    "pygments_dark_style": "a11y-high-contrast-dark",
    "back_to_top_button": False,
}
