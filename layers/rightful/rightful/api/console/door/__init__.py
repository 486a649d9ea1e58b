"""At the door of the console: signing in and out, cookies, and what is counted there."""
