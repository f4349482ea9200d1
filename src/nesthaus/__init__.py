"""nesthaus: what visitors of a product configurator configure, abandon and buy."""
