"""An OpenID provider on this machine, with a few people: who administers the demo organization signs in there."""
