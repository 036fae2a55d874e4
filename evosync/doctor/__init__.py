"""The doctor: looks at all that an installation needs, says what is so and what to do."""
