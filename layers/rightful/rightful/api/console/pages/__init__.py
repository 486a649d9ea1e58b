"""The pages of the console: each reads one view model and renders it."""
