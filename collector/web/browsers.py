"""What a browser is called in the list of log-ins: two words of what it says of itself, and no more."""

BROWSERS = (("Edg", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari"))
"""In this order: most of them call themselves by the names of those below, too."""
SYSTEMS = (
    *(("iPhone", "iOS"), ("iPad", "iOS"), ("Android", "Android"), ("Windows", "Windows")),
    *(("Mac OS X", "macOS"), ("CrOS", "ChromeOS"), ("Linux", "Linux")),
)


def described(user_agent: str) -> str:
    """Such as "Firefox, Windows"; empty where it says nothing that is known."""
    found = [next((name for word, name in known if word in user_agent), "") for known in (BROWSERS, SYSTEMS)]
    return ", ".join(name for name in found if name)
