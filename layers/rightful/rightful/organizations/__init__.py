"""Organizations, their verified domains and directories, and the tokens that speak for them."""
