"""Plain values of both worlds: the shop's products and the market's items."""
