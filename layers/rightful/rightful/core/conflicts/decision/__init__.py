"""Whether something may happen now: the policy, approvals, limits."""
