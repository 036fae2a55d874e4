"""VK ID as the sandbox plays it: OAuth 2.1 with PKCE, device ids and rotating refresh tokens."""
