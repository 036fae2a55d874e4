"""The fake VK market, by method family."""
