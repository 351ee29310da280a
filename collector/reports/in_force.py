"""The rules and the catalogue that figures follow, as the settings say."""

from pathlib import Path
from zoneinfo import ZoneInfo

from collector.catalogue import catalogue
from collector.config import ConfigError, Settings
from collector.domain.catalogue import Catalogue, NotACatalogue
from collector.domain.statistics import DatedRule, Rules


def rules_of(settings: Settings) -> Rules:
    """The dated regional settings that figures follow."""
    return Rules(zone=ZoneInfo(settings.time_zone), idle_rules=(DatedRule(0, settings.idle_rule_minutes),))


def catalogue_in_force(settings: Settings) -> Catalogue:
    """The catalogue of figures of the settings; raises ConfigError."""
    try:
        return catalogue(Path(settings.catalogue_folder)) if settings.catalogue_folder else catalogue()
    except NotACatalogue as error:
        raise ConfigError(f"catalogue_folder cannot be used: {error}") from error
