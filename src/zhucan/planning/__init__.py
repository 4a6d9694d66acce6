"""What a federation means to do: plan items of a year, with their targets."""
