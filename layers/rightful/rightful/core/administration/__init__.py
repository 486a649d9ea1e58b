"""What administrators and the host application do to accounts."""
