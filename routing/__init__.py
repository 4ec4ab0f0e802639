"""Who gets whom, when: needs, line, policy, offers, timers, wait estimates."""
