"""EvoSync keeps a shop's VK Market equal to its Evotor till."""
