"""What goes on around services: steps and reviews of a plan, referrals, files that somebody follows, counselling."""
