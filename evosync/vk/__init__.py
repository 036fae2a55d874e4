"""VK: its calls, its JSON, its errors, and the Target the engine writes to."""
