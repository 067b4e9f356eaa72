"""The parts of the web page: actions, endpoints, guard, rebuild, uploads, assets."""
