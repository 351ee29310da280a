"""The collector's settings: built-in default < TOML file < environment, read once at the start, then frozen.

`SETTINGS` is the table of them all: name, kind, default, bounds and meaning. The command line, the table in
collector/README.md and this reader are made from it, so that they cannot differ.

In the environment a setting is called DPS_COLLECTOR_ and its name in capitals. With _FILE behind it, the variable
names a file that holds the value: so a secret (a database URL with a password) never stands in a list of processes.
"""

from collector.config.reading import Value, found, read, settled, shown
from collector.config.settings import Settings
from collector.config.table import SETTINGS, Setting
from collector.config.values import ConfigError, is_safe

__all__ = ["SETTINGS", "ConfigError", "Setting", "Settings", "Value", "found", "is_safe", "read", "settled", "shown"]
