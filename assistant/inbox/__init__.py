"""What the desk could not answer well, judged by people: nothing is learnt without them."""
