#!/bin/sh
# Installs the folder build of the agent on a Linux with systemd, as root, from the unpacked archive:
#
#   sh install.sh           installs, or puts this version in the place of an older one; asks nothing
#   sh install.sh remove    takes the program away and keeps the counts
#   sh install.sh purge     leaves nothing
#
# Settings (/etc/dps-agent/agent.toml) and token (/etc/dps-agent/token) may be there before or come after it.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
place=/opt/dps-agent
units=/etc/systemd/system
account=dps-agent

[ "$(id -u)" = 0 ] || { echo "install.sh: run this as root" >&2; exit 1; }
[ -d /run/systemd/system ] || { echo "install.sh: this computer does not run systemd" >&2; exit 1; }

stop() {
    systemctl disable --now --quiet dps-agent-configured.path dps-agent-disks.timer dps-agent.service 2> /dev/null || true
}

install_it() {
    if ! getent passwd "$account" > /dev/null; then
        useradd --system --user-group --no-create-home --home-dir /var/lib/dps-agent --shell /usr/sbin/nologin "$account"
    fi
    mkdir -p /etc/dps-agent /usr/local/bin /etc/xdg/autostart
    if [ -e /etc/dps-agent/token ]; then
        chmod go= /etc/dps-agent/token  # however it was put there, only administrators may read it
    fi
    # Beside the old one first: the service is away for the moment of a rename.
    rm -rf "$place.new"
    cp -R "$here/dps-agent" "$place.new"
    chown -R root:root "$place.new"
    chmod -R u=rwX,go=rX "$place.new"
    stop
    rm -rf "$place"
    mv "$place.new" "$place"
    ln -sf "$place/dps-agent" /usr/local/bin/dps-agent
    for unit in "$here"/units/*; do
        install -m 644 "$unit" "$units"
    done
    install -m 644 "$here/dps-agent-presence.desktop" /etc/xdg/autostart
    systemctl daemon-reload
    systemctl enable --quiet dps-agent-configured.path dps-agent-disks.timer dps-agent.service
    systemctl start dps-agent-configured.path dps-agent-disks.timer
    # A setting that is missing must not make the installation of a whole fleet fail: `dps-agent status` tells it.
    systemctl start dps-agent.service || true
}

remove_it() {
    stop
    rm -rf "$place" "$place.new" /run/dps-agent-hardware
    rm -f /usr/local/bin/dps-agent /etc/xdg/autostart/dps-agent-presence.desktop
    rm -f "$units/dps-agent.service" "$units/dps-agent-configured.path" "$units/dps-agent-configured.service"
    rm -f "$units/dps-agent-disks.timer" "$units/dps-agent-disks.service"
    systemctl daemon-reload
}

case ${1:-install} in
install) install_it ;;
remove) remove_it ;;
purge)
    remove_it
    rm -rf /var/lib/dps-agent /var/lib/dps-agent-disks /run/dps-agent /etc/dps-agent
    userdel "$account" 2> /dev/null || true
    ;;
*)
    echo "usage: sh install.sh [install | remove | purge]" >&2
    exit 2
    ;;
esac
