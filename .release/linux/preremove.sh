#!/bin/sh
# Stops the timer before the program goes; dpkg says "remove", rpm 0. A run that is under way ends in good order.
set -e
case "$1" in
remove | 0)
	if [ -z "$DPKG_ROOT" ] && [ -d /run/systemd/system ]; then
		systemctl disable --now rollcall.timer
		systemctl stop rollcall.service
	fi
	;;
esac
