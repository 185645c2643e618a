"""What chemistry is made of: species, reactions, rate laws, networks, and the conditions they meet."""
