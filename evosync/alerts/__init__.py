"""Messages to people: letters and SMS, what they say and how they leave."""
