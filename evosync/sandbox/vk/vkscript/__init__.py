"""VKScript, the little language of `execute`: from text to tokens, to a tree, to a value."""
