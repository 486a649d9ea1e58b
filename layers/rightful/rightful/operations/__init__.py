"""What operators do from a terminal: check and repair, import, set up organizations, send dead letters back."""
