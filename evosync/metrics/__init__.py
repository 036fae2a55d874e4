"""What whoever watches the service is told in numbers; the only one who knows of Prometheus."""
