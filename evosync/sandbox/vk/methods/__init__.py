"""What the fake VK answers, by method family."""
