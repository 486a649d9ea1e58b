"""What a conflict is: what is read of it, its class and the evidence."""
