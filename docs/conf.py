"""Sphinx: Markdown pages by MyST, built with -W so that a broken link is an error."""

project = "billcore"
extensions = ["myst_parser"]
exclude_patterns = ["_build"]
html_theme = "furo"
nitpicky = True
myst_enable_extensions = ["colon_fence", "deflist"]
# Links to a heading (`page.md#a-heading`) are checked down to this level.
myst_heading_anchors = 3
