"""What questions ask for and texts say, by their words, in the seven languages."""
