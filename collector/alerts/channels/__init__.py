"""Ways out beside mail: a webhook, and whatever Apprise reaches; only the settings say where."""

from collector.alerts.channels.message import Channel, Kind, Message, Refused, reason_of

__all__ = ["Channel", "Kind", "Message", "Refused", "reason_of"]
